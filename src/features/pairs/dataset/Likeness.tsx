// Looks for near-duplicates when asked to, since that takes a while; afterwards they are a facet like any other.
import { useRef, useState } from 'react';
import { Button } from '../../../components/Button';
import { Progress } from '../../../components/Progress';
import { t } from '../../../components/text';
import { refreshView, viewedId } from '../../../stores/datasetView';
import { report } from '../../../stores/notices';
import { services } from '../../../stores/services';
import styles from './facets.module.css';

export function Likeness({ found }: { readonly found: number | undefined }) {
  const [progress, setProgress] = useState<{ readonly done: number; readonly total: number } | undefined>(undefined);
  const asking = useRef<AbortController | null>(null);
  const look = async (): Promise<void> => {
    const dataset = viewedId();
    if (dataset === undefined) return;
    asking.current = new AbortController();
    setProgress({ done: 0, total: 1 });
    try {
      await services().data.ask({ type: 'nearDuplicates', dataset }, { signal: asking.current.signal, onProgress: setProgress });
      await refreshView();
    } catch (error) {
      if (!asking.current.signal.aborted) report(error);
    } finally {
      setProgress(undefined);
    }
  };
  if (progress !== undefined) {
    return (
      <div className={styles.looking}>
        <Progress label={t('Looking for near-duplicates')} value={progress.done} max={progress.total} />
        <Button kind="quiet" onPress={() => asking.current?.abort()}>
          {t('Cancel')}
        </Button>
      </div>
    );
  }
  if (found === 0) return <p className={styles.note}>{t('No two pairs are nearly the same.')}</p>;
  if (found !== undefined) return null;
  return (
    <Button kind="quiet" onPress={() => void look()}>
      {t('Look for near-duplicates')}
    </Button>
  );
}
