// How minimal the pair's difference was before, and is with the revision.
import { useMemo } from 'react';
import { formatCount, formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import { contrastiveness } from '../../../preferences/contrastiveness';
import styles from './review.module.css';

/** Texts longer than this, both sides together, are not measured while somebody waits. */
const MOST_MEASURED = 100_000;

export interface MeasuresProps {
  readonly original: string;
  /** The side that stood against the original before. */
  readonly before: string;
  readonly after: string;
}

function measure(chosen: string, rejected: string) {
  return chosen.length + rejected.length > MOST_MEASURED || chosen === '' ? undefined : contrastiveness({ chosen, rejected });
}

export function Measures({ original, before, after }: MeasuresProps) {
  const [then, now] = useMemo(() => [measure(before, original), measure(after, original)], [original, before, after]);
  if (then === undefined || now === undefined) return null;
  const rows = [
    [t('Jaccard of words'), formatFixed(then.wordJaccard, 2), formatFixed(now.wordJaccard, 2)],
    [t('Edit distance, characters'), formatCount(then.levenshtein), formatCount(now.levenshtein)],
  ] as const;
  return (
    <table className={styles.measures}>
      <caption>{t('Contrastiveness')}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('Before')}</th>
          <th scope="col">{t('After')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, a, b]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{a}</td>
            <td>{b}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
