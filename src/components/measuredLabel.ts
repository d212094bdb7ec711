// What a column is called that a policy has measured. Used where pairs are measured: on a dataset's page, and from a run.
import { t } from './text';

export function measuredLabel(quantity: 'margin' | 'chosenMoved' | 'rejectedMoved', policy: string, step: number): string {
  switch (quantity) {
    case 'margin':
      return t('Margin, {policy}, step {step}', { policy, step });
    case 'chosenMoved':
      return t('Chosen moved, {policy}, step {step}', { policy, step });
    case 'rejectedMoved':
      return t('Rejected moved, {policy}, step {step}', { policy, step });
  }
}
