// What a run is called on the page. A run is named after its recipe; the names of recipes that ship are kept in English,
// as their files have them, and are shown in the reader's language.
import { t } from '../../components/text';

function recipeName(name: string): string {
  switch (name) {
    case 'The fork':
      return t('The fork');
    case 'The fork, three seeds':
      return t('The fork, three seeds');
    case 'The fork on off-policy pairs':
      return t('The fork on off-policy pairs');
    case 'DPO at four strengths':
      return t('DPO at four strengths');
    case 'Eight objectives':
      return t('Eight objectives');
    default:
      return name;
  }
}

/** The name for the reader; the number that tells runs of one name apart stays behind it. */
export function runName(name: string): string {
  const [, plain = name, number = ''] = /^(.*?)( \(\d+\))?$/s.exec(name) ?? [];
  return recipeName(plain) + number;
}
