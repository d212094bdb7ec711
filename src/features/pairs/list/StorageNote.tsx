// How much of this browser's storage the lab uses, how much is left, and whether the browser has promised to keep it.
import { Button } from '../../../components/Button';
import { Progress } from '../../../components/Progress';
import { t } from '../../../components/text';
import { measureStorage } from '../../../stores/datasets';
import { useDatasets } from '../../../stores/hooks';
import { notify, report, sentence } from '../../../stores/notices';
import { services } from '../../../stores/services';
import { formatBytes } from '../words';
import styles from './list.module.css';

async function askToKeep(): Promise<void> {
  try {
    const kept = await services().data.persist();
    if (!kept) notify('plain', sentence('The browser has not promised to keep the lab’s storage; it may clear it when disks are full. Export what you want to be sure of.'));
    await measureStorage();
  } catch (error) {
    report(error);
  }
}

export function StorageNote() {
  const use = useDatasets((state) => state.use);
  if (use?.usage === undefined || use.quota === undefined) return null;
  const used = formatBytes(use.usage);
  const left = formatBytes(Math.max(0, use.quota - use.usage));
  return (
    <section className={styles.storage} aria-label={t('Storage')}>
      <div className={styles.storageText}>
        <span>{t('{used} used in this browser, {left} left', { used, left })}</span>
        <span>
          {use.persisted === true ? (
            t('The browser has promised to delete nothing by itself.')
          ) : (
            <Button kind="quiet" onPress={() => void askToKeep()}>
              {t('Ask the browser to keep it')}
            </Button>
          )}
        </span>
      </div>
      <Progress label={t('Storage used')} value={use.usage} max={use.quota} />
    </section>
  );
}
