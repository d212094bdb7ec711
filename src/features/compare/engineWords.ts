// Why the engine stopped a policy, in the reader's language. It gives few reasons, so each is listed; any other is shown as
// it is.
import { t } from '../../components/text';

export function engineWords(sentence: string): string {
  switch (sentence) {
    case 'The loss was not a finite number.':
      return t('The loss was not a finite number.');
    case 'The gradient was not a finite number.':
      return t('The gradient was not a finite number.');
    case 'A held-out figure was not a finite number.':
      return t('A held-out figure was not a finite number.');
    default:
      return t(sentence);
  }
}
