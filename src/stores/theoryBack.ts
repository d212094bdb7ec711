// A way back after something of the theory view was replaced or deleted: a notice that offers it for a while.
import { dismissNotice, notify, type Sentence } from './notices';

/** How long it is offered. */
const UNDO_MS = 20_000;

export function offerBack(said: Sentence, back: () => void): void {
  const end = (): void => {
    clearTimeout(timer);
    dismissNotice(notice);
  };
  const notice = notify('plain', said, () => {
    end();
    back();
  });
  const timer = setTimeout(end, UNDO_MS);
}
