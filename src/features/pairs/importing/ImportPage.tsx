// Bringing pairs in: choose where from, see what was recognised and how it would read, import, and read the report.
import { useDeferredValue, useEffect } from 'react';
import { Button } from '../../../components/Button';
import { t } from '../../../components/text';
import { useImport } from '../../../stores/hooks';
import { leaveImport, resetImport, sourceName } from '../../../stores/importing';
import { listLink } from '../links';
import { ImportReportView } from './ImportReportView';
import { MappingPanel } from './MappingPanel';
import { PreviewPairs } from './PreviewPairs';
import { RunImport } from './RunImport';
import { SourceChooser } from './SourceChooser';
import styles from './importing.module.css';

export function ImportPage() {
  const stage = useImport((state) => state.stage);
  const source = useImport((state) => state.source);
  const preview = useImport((state) => state.preview);
  const problem = useImport((state) => state.problem);
  // The fields are greyed out in slices, after what was pressed has been answered.
  const busy = useDeferredValue(stage !== 'ready');
  useEffect(() => leaveImport, []);
  return (
    <div className={styles.page}>
      <nav aria-label={t('Where you are')} className={styles.crumbs}>
        <a href={listLink}>{t('Datasets')}</a>
        <span aria-hidden="true">›</span>
        <h2>{t('Import')}</h2>
        {source !== undefined && stage !== 'done' && (
          <>
            <span className={styles.sourceName}>{sourceName(source)}</span>
            {stage !== 'running' && (
              <Button kind="quiet" onPress={resetImport}>
                {t('Choose something else')}
              </Button>
            )}
          </>
        )}
      </nav>
      {problem !== undefined && (
        <p className={styles.problem} role="alert">
          {t(problem.template, problem.values)}
        </p>
      )}
      {stage === 'choosing' && <SourceChooser />}
      {stage === 'previewing' && preview === undefined && <p className={styles.waiting} role="status">{t('Reading the first rows …')}</p>}
      {preview !== undefined && stage !== 'choosing' && stage !== 'done' && (
        <div className={styles.columns}>
          <div className={styles.left}>
            <MappingPanel preview={preview} busy={busy} />
            <RunImport />
          </div>
          <PreviewPairs preview={preview} />
        </div>
      )}
      {stage === 'done' && <ImportReportView />}
    </div>
  );
}
