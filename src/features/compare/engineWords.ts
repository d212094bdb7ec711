// What the engine and the runner say about a run in plain English, in the reader's language. They say few things, so
// each is listed; anything else is shown as it is.
import { t } from '../../components/text';

export function engineWords(sentence: string): string {
  switch (sentence) {
    case 'The loss was not a finite number.':
      return t('The loss was not a finite number.');
    case 'The gradient was not a finite number.':
      return t('The gradient was not a finite number.');
    case 'Every policy was stopped.':
      return t('Every policy was stopped.');
    case 'The device was lost; the run goes on from its last checkpoint.':
      return t('The device was lost; the run goes on from its last checkpoint.');
    default:
      return t(sentence);
  }
}
