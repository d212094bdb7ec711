// A link for somebody else to what is looked at here.
import { Button } from '../../components/Button';
import { t } from '../../components/text';
import { notify, sentence } from '../../stores/notices';
import { START_BETA } from '../../stores/theory';
import { linkToTheory } from '../../stores/theoryLink';
import { pointAt, type LookedAt } from './looked';

async function copyLink(state: LookedAt): Promise<void> {
  // Of a pair under the lens the numbers go along; the run it is of is in this browser alone.
  const link = linkToTheory({ ...state, point: pointAt(state, state.losses[0].hyper['beta'] ?? START_BETA) }, window.location);
  try {
    await navigator.clipboard.writeText(link);
    notify('plain', sentence('The link is copied. It shows both losses, their numbers and the plane as they stand here.'));
  } catch {
    notify('problem', sentence('The browser does not let the page copy. The link is: {link}', { link }));
  }
}

export function LinkButton({ state }: { readonly state: LookedAt }) {
  return <Button onPress={() => void copyLink(state)}>{t('Copy a link to this view')}</Button>;
}
