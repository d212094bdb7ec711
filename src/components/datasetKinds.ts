// What people call the kinds of datasets that the lab makes, and what each is.
import { parseMadeName, type DatasetKind, type MadeName } from '../lab/making/spec';
import { t } from './text';

export function kindTitle(kind: DatasetKind): string {
  switch (kind) {
    case 'clair':
      return t('CLAIR: minimal revisions');
    case 'on_policy':
      return t('On-policy, judged');
    case 'off_policy':
      return t('Off-policy, judged');
    case 'off_policy_weak':
      return t('Off-policy, weak writers');
    case 'stronger':
      return t('Stronger preferred');
  }
}

export function kindSentence(kind: DatasetKind): string {
  switch (kind) {
    case 'clair':
      return t('The model’s own answer loses to a revision of itself that changes only what was wrong.');
    case 'on_policy':
      return t('The model answers twice, and a judge prefers one of the two.');
    case 'off_policy':
      return t('Two answers by other writers; a judge prefers one. They differ in much besides quality.');
    case 'off_policy_weak':
      return t('Two answers by writers who are worse than the model; even the judge’s winner often is.');
    case 'stronger':
      return t('The model’s own answer loses to a better one that a stronger writer gave independently.');
  }
}

/** What a recipe's `made:…` is called. */
export function madeTitle({ kind, seed, tuning }: MadeName): string {
  return tuning ? t('{kind}, seed {seed}, tuning prompts held out', { kind: kindTitle(kind), seed }) : t('{kind}, seed {seed}', { kind: kindTitle(kind), seed });
}

/** The title of a dataset that a recipe names as one that is made; undefined for any other. */
export function titleOfMade(dataset: string): string | undefined {
  const name = parseMadeName(dataset);
  return name && madeTitle(name);
}
