// What the two sides differ in, as they are typed, and how minimal the difference is.
import { useDeferredValue, useMemo, useState } from 'react';
import { formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import { contrastiveness } from '../../../preferences/contrastiveness';
import { useTokenizer } from '../../../stores/hooks';
import type { PairFields } from '../../../stores/pairDraft';
import { MOST_COUNTED } from '../../../stores/tokenizer';
import { PairSides, UnitChoice, type DiffUnit } from './PairSides';
import styles from './page.module.css';

export function Difference({ fields }: { readonly fields: PairFields }) {
  const { tokenizer } = useTokenizer();
  const [unit, setUnit] = useState<DiffUnit>('words');
  // Typing goes first.
  const chosen = useDeferredValue(fields.chosen);
  const rejected = useDeferredValue(fields.rejected);
  const measures = useMemo(() => {
    if (chosen === '' || rejected === '' || chosen.length + rejected.length > MOST_COUNTED) return undefined;
    return contrastiveness({ chosen, rejected }, tokenizer?.encode);
  }, [chosen, rejected, tokenizer]);
  return (
    <section className={styles.difference} aria-label={t('Difference')}>
      <div className={styles.differenceHead}>
        <h3>{t('Difference')}</h3>
        <UnitChoice unit={unit} onChange={setUnit} />
        {measures !== undefined && (
          <dl className={styles.measures}>
            <div>
              <dt>{t('Jaccard of words')}</dt>
              <dd>{formatFixed(measures.wordJaccard)}</dd>
            </div>
            {measures.tokenJaccard !== undefined && (
              <div>
                <dt>{t('of tokens')}</dt>
                <dd>{formatFixed(measures.tokenJaccard)}</dd>
              </div>
            )}
            <div>
              <dt>{t('Edit distance')}</dt>
              <dd>{t('{count, plural, one {# character} other {# characters}}', { count: measures.levenshtein })}</dd>
            </div>
          </dl>
        )}
      </div>
      <PairSides wide chosen={chosen} rejected={rejected} unit={unit} />
    </section>
  );
}
