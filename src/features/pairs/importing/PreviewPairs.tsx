// The first rows as the pairs that they would become, and those that would become none with the reason.
import { memo, useState } from 'react';
import { t } from '../../../components/text';
import type { ImportPreview } from '../../../preferences/import';
import { useImport } from '../../../stores/hooks';
import { History, LongText, PairSides, UnitChoice, type DiffUnit } from '../pair/PairSides';
import { splitName } from '../words';
import { ContextNote } from './ContextNote';
import { warningName } from './reasons';
import styles from './importing.module.css';

/** Pairs drawn; more of them tell nobody more. */
const SHOWN = 6;

export const PreviewPairs = memo(function PreviewPairs({ preview }: { readonly preview: ImportPreview }) {
  const busy = useImport((state) => state.stage === 'previewing');
  const [unit, setUnit] = useState<DiffUnit>('words');
  const { pairs, rejections } = preview;
  return (
    <section className={styles.preview} aria-labelledby="preview-title" aria-busy={busy}>
      <div className={styles.panelHead}>
        <h3 id="preview-title">{t('The first rows, as pairs')}</h3>
        <UnitChoice unit={unit} onChange={setUnit} />
      </div>
      <ContextNote pairs={pairs} />
      {pairs.length === 0 && rejections.length === 0 && <p className={styles.note}>{t('Nothing to show yet. Say which columns are what.')}</p>}
      <ol className={styles.pairs}>
        {pairs.slice(0, SHOWN).map(({ pair, row, warnings }) => (
          <li key={pair.id + String(row)}>
            <p className={styles.note}>
              {t('Row {row}', { row })} · {splitName(pair.split)}
              {warnings.map((code) => ` · ${warningName(code)}`).join('')}
            </p>
            {pair.history !== undefined && <History history={pair.history} />}
            <p className={styles.prompt}>
              <LongText text={pair.prompt} most={600} />
            </p>
            <PairSides wide chosen={pair.chosen.slice(0, 3000)} rejected={pair.rejected.slice(0, 3000)} unit={unit} />
          </li>
        ))}
      </ol>
      {rejections.length > 0 && (
        <>
          <h4>{t('Rows that would give no pair')}</h4>
          <ul className={styles.rejections}>
            {rejections.slice(0, SHOWN).map(({ row, problem, excerpt }) => (
              <li key={row}>
                <p>
                  {t('Row {row}', { row })}: {t(problem.template, problem.values)}
                </p>
                <code>{excerpt.slice(0, 200)}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
});
