// What a tab says when a newer version of the lab, in another tab, has taken the storage over: at once, and not only when the
// next change cannot be stored. The storage itself refuses every write from then on.
import { notify, sentence } from './notices';
import { services } from './services';

function stepAside(): void {
  notify(
    'problem',
    sentence('Another tab has opened a newer version of the lab and taken over its storage. What was stored before is kept, and this tab stores nothing more; reload it to get the newer version.'),
  );
}

/** The page and the data worker have each a connection of their own, and either may be the only one that is open. */
export function tellWhenOvertaken(): void {
  const { shelf, data } = services();
  shelf.onOvertaken(stepAside);
  data.onOvertaken(stepAside);
}
