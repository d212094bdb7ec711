// What came of an import: every row accounted for, the rejected ones as a file, and a way back.
import { Button } from '../../../components/Button';
import { downloadBlob } from '../../../components/download';
import { formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import type { RejectionCode } from '../../../preferences/import';
import { useImport } from '../../../stores/hooks';
import { resetImport, resumeImport, undoImport } from '../../../stores/importing';
import { datasetLink, goTo } from '../links';
import { formatCount } from '../words';
import { rejectionName } from './reasons';
import styles from './importing.module.css';

export function ImportReportView() {
  const answer = useImport((state) => state.answer);
  if (answer === undefined) return null;
  const { dataset, report, rejectedRows, position } = answer;
  const reasons = Object.entries(report.reasons) as [RejectionCode, number][];
  const { lengths, contrastiveness } = report;
  return (
    <section className={styles.report} aria-labelledby="report-title">
      <h3 id="report-title">
        {dataset === undefined
          ? t('No row of “{name}” gave a pair, so nothing was stored.', { name: report.name })
          : dataset.pairs > report.pairs
            ? t('{count, plural, one {# pair was} other {# pairs were}} added to “{name}”, which holds {total} now.', { count: report.pairs, name: dataset.name, total: formatCount(dataset.pairs) })
            : t('{count, plural, one {# pair is} other {# pairs are}} in “{name}” now.', { count: report.pairs, name: dataset.name })}
      </h3>
      {report.incomplete !== undefined && (
        <p className={styles.problem} role="alert">
          {t(report.incomplete.template, report.incomplete.values)}
        </p>
      )}
      <table className={styles.counts}>
        <caption>{t('Every row is accounted for')}</caption>
        <tbody>
          <tr>
            <th scope="row">{t('Rows read')}</th>
            <td>{formatCount(report.rows)}</td>
          </tr>
          <tr>
            <th scope="row">{t('in order')}</th>
            <td>{formatCount(report.ok)}</td>
          </tr>
          {report.context !== undefined && (
            <tr className={styles.reason}>
              <th scope="row">{t('longer than the model’s {context} tokens', { context: report.context.tokens })}</th>
              <td>{formatCount(report.context.over)}</td>
            </tr>
          )}
          <tr>
            <th scope="row">{t('rejected')}</th>
            <td>{formatCount(report.rejected)}</td>
          </tr>
          {reasons.map(([code, count]) => (
            <tr key={code} className={styles.reason}>
              <th scope="row">{rejectionName(code)}</th>
              <td>{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {report.warnings.length > 0 && (
        <div>
          <h4>{t('Kept, but worth a look')}</h4>
          <ul className={styles.warnings}>
            {report.warnings.map(({ code, problem }) => (
              <li key={code}>{t(problem.template, problem.values)}</li>
            ))}
          </ul>
        </div>
      )}
      {lengths !== null && (
        <p className={styles.note}>
          {t('Mean Jaccard of words {jaccard}, mean edit distance {distance}, median lengths {chosen} and {rejected} characters.', {
            jaccard: formatFixed(contrastiveness.jaccard ?? undefined),
            distance: formatFixed(contrastiveness.levenshtein ?? undefined, 0),
            chosen: formatCount(lengths.chosen.median),
            rejected: formatCount(lengths.rejected.median),
          })}
        </p>
      )}
      <div className={styles.reportButtons}>
        {dataset !== undefined && (
          <Button kind="primary" onPress={() => goTo(datasetLink(dataset.id))}>
            {t('Look at the pairs')}
          </Button>
        )}
        {position !== undefined && dataset !== undefined && (
          <Button onPress={() => void resumeImport()}>{t('Go on from row {row}', { row: formatCount(position.next) })}</Button>
        )}
        {rejectedRows !== undefined && (
          <Button onPress={() => downloadBlob('rejected.jsonl', rejectedRows)}>{t('Download the rejected rows')}</Button>
        )}
        {dataset !== undefined && <Button onPress={() => void undoImport()}>{t('Undo the import')}</Button>}
        <Button onPress={resetImport}>{t('Import more')}</Button>
      </div>
    </section>
  );
}
