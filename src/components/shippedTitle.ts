// What people call the datasets that ship with the lab.
import { t } from './text';

/** A shipped dataset's copy is called after the file; people know it by its title. */
export function shippedTitle(name: string): string {
  return name === 'clair' ? t('CLAIR: minimal revisions') : t('Off-policy, judged');
}
