// What was measured of a judge's taste and of what policies made of it, in sentences.
import { formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import { inheritance, type Estimate, type Inheritance, type JudgeBias, type Shift, type Trait } from '../../../lab/study/bias';

const size = (trait: Trait, { mean }: Pick<Estimate, 'mean'>): string => formatFixed(Math.abs(trait === 'words' ? mean : mean * 100), 1);

export function judgeSentence(trait: Trait, { difference }: JudgeBias[Trait]): string {
  const value = size(trait, difference);
  if (trait === 'words') {
    return difference.mean < 0 ? t('The judge’s winners are {value} words shorter than its losers', { value }) : t('The judge’s winners are {value} words longer than its losers', { value });
  }
  return difference.mean < 0
    ? t('The judge’s winners open with a courtesy {value} points less often than its losers', { value })
    : t('The judge’s winners open with a courtesy {value} points more often than its losers', { value });
}

function policySentence(trait: Trait, policy: string, { difference }: Shift[Trait]): string {
  const value = size(trait, difference);
  if (trait === 'words') return difference.mean < 0 ? t('{policy}’s answers shrank by {value} words', { policy, value }) : t('{policy}’s answers grew by {value} words', { policy, value });
  return difference.mean < 0
    ? t('{policy} does so {value} points less often than the reference', { policy, value })
    : t('{policy} does so {value} points more often than the reference', { policy, value });
}

function fateText({ fate, ratio }: Inheritance): string {
  const values = ratio && { ratio: formatFixed(ratio.mean, 1), low: formatFixed(ratio.low, 1), high: formatFixed(ratio.high, 1) };
  switch (fate) {
    case 'noTaste':
      return t('no clear taste to inherit');
    case 'notInherited':
      return t('not inherited, as far as can be told');
    case 'reversed':
      return t('turned round');
    case 'weakened':
      return t('inherited in part, {ratio} times (95 % interval {low} to {high})', values);
    case 'inherited':
      return t('inherited, {ratio} times (95 % interval {low} to {high})', values);
    case 'amplified':
      return t('amplified, {ratio} times (95 % interval {low} to {high})', values);
  }
}

/** What one policy made of one taste, in a sentence. */
export function inheritanceSentence(trait: Trait, bias: JudgeBias, policy: string, shift: Shift): string {
  const found = inheritance(bias[trait].difference, shift[trait].difference);
  return t('{judge}; {policy}: {fate}.', { judge: judgeSentence(trait, bias[trait]), policy: policySentence(trait, policy, shift[trait]), fate: fateText(found) });
}
