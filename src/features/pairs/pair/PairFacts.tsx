// What was measured of a pair, and what its dataset knows of it beside the texts.
import { Disclosure } from '../../../components/Disclosure';
import { t } from '../../../components/text';
import { formatFixed } from '../../../components/format';
import type { PreferencePair } from '../../../preferences/pair';
import type { OpenedDataset, StoredRow } from '../../../storage/pairs/protocol';
import { columnName, formatValue, sourceName, splitName } from '../words';
import { LongText } from './PairSides';
import styles from './pair.module.css';

export function PairValues({ stored, columns }: { readonly stored: StoredRow; readonly columns: OpenedDataset['columns'] }) {
  const { pair, values } = stored;
  return (
    <dl className={styles.values}>
      {columns
        .filter(({ column }) => values[column] !== undefined)
        .map(({ column }) => (
          <div key={column}>
            <dt>{columnName(column, columns)}</dt>
            <dd>{formatValue(column, values[column])}</dd>
          </div>
        ))}
      {pair.scores?.chosen !== undefined && pair.scores.rejected !== undefined && (
        <div>
          <dt>{t('Scores, chosen and rejected')}</dt>
          <dd>
            {formatFixed(pair.scores.chosen)} · {formatFixed(pair.scores.rejected)}
          </dd>
        </div>
      )}
      <div>
        <dt>{t('Split')}</dt>
        <dd>{splitName(pair.split)}</dd>
      </div>
      <div>
        <dt>{t('Source')}</dt>
        <dd>{sourceName(pair.source)}</dd>
      </div>
    </dl>
  );
}

/** Columns of an imported row that the lab has no use for. */
export function ExtraColumns({ extra }: { readonly extra: NonNullable<PreferencePair['extra']> }) {
  const entries = Object.entries(extra);
  if (entries.length === 0) return null;
  return (
    <Disclosure title={t('Further columns')} summary={String(entries.length)}>
      <dl className={styles.extra}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <LongText text={typeof value === 'string' ? value : JSON.stringify(value)} most={400} />
            </dd>
          </div>
        ))}
      </dl>
    </Disclosure>
  );
}
