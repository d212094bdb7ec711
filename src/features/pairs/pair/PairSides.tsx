// Both sides of a pair with their differences marked, by words or by the model's tokens; earlier turns and the reasons
// around them. Read-only; used beside the table and under the editor.
import { useMemo } from 'react';
import { Segments } from '../../../components/Check';
import { DiffText, MOST_SHOWN } from '../../../components/diff/DiffText';
import { tokenDiff } from '../../../components/diff/tokenDiff';
import { wordDiff } from '../../../components/diff/wordDiff';
import { t } from '../../../components/text';
import { History, LongText, roleName } from '../../../components/texts/Texts';
import { useTokenizer } from '../../../stores/hooks';
import { formatCount } from '../words';
import styles from './pair.module.css';

export type DiffUnit = 'words' | 'tokens';

export { History, LongText, roleName };

export interface PairSidesProps {
  readonly chosen: string;
  readonly rejected: string;
  readonly unit: DiffUnit;
  /** Beside each other where there is room. */
  readonly wide?: boolean;
}

export function PairSides({ chosen, rejected, unit, wide = false }: PairSidesProps) {
  const { tokenizer } = useTokenizer();
  const diff = useMemo(
    () => (unit === 'tokens' && tokenizer !== undefined ? tokenDiff(tokenizer, chosen, rejected) : wordDiff(chosen, rejected)),
    [chosen, rejected, unit, tokenizer],
  );
  const side = (name: 'chosen' | 'rejected', title: string, text: string) => (
    <div className={styles.side} data-side={name}>
      <h3>{title}</h3>
      <p className={styles.text}>
        <DiffText parts={diff[name]} side={name} />
        {text.length > MOST_SHOWN && (
          <span className={styles.note}> {t('… and {count} more characters', { count: formatCount(text.length - MOST_SHOWN) })}</span>
        )}
      </p>
    </div>
  );
  return (
    <div className={styles.sides} {...(wide ? { 'data-wide': '' } : {})}>
      {side('chosen', t('Chosen'), chosen)}
      {side('rejected', t('Rejected'), rejected)}
      {!diff.complete && <p className={styles.note}>{t('The sides are too long or too different to be compared word by word; only what they begin and end with is told apart.')}</p>}
    </div>
  );
}

export function UnitChoice({ unit, onChange }: { readonly unit: DiffUnit; readonly onChange: (unit: DiffUnit) => void }) {
  return (
    <Segments
      label={t('Differences by')}
      value={unit}
      onChange={onChange}
      options={[
        { id: 'words', name: t('Words') },
        { id: 'tokens', name: t('Tokens') },
      ]}
    />
  );
}
