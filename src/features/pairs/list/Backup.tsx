// Everything the lab keeps as one file, and back again: for safety, and for moving to another machine.
import { useRef, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { Button } from '../../../components/Button';
import { Confirm } from '../../../components/Confirm';
import { downloadBlob } from '../../../components/download';
import { formatDate } from '../../../components/format';
import { Progress } from '../../../components/Progress';
import { Select } from '../../../components/Select';
import { t, useLocale } from '../../../components/text';
import type { ArchiveContents } from '../../../storage/pairs/protocol';
import { datasetsStore, listDatasets, measureStorage } from '../../../stores/datasets';
import { flush } from '../../../stores/keeper';
import { notify, report, sentence } from '../../../stores/notices';
import { listStored } from '../../../stores/runActions';
import { services } from '../../../stores/services';
import styles from './list.module.css';

type Step = { readonly doing: 'archive' | 'inspect' | 'restore'; readonly done: number; readonly total: number };

export function Backup() {
  const locale = useLocale();
  const [step, setStep] = useState<Step | undefined>(undefined);
  const [found, setFound] = useState<{ readonly blob: Blob; readonly contents: ArchiveContents } | undefined>(undefined);
  const [conflicts, setConflicts] = useState<'skip' | 'keepBoth'>('skip');
  const asking = useRef<AbortController | null>(null);

  const run = async (doing: Step['doing'], work: (options: { signal: AbortSignal; onProgress: (at: { done: number; total: number }) => void }) => Promise<void>): Promise<void> => {
    const mine = new AbortController();
    asking.current = mine;
    setStep({ doing, done: 0, total: 1 });
    try {
      await work({ signal: mine.signal, onProgress: ({ done, total }) => setStep({ doing, done, total }) });
    } catch (error) {
      if (!mine.signal.aborted) report(error);
    } finally {
      setStep(undefined);
    }
  };
  const archive = (): Promise<void> =>
    run('archive', async (options) => {
      await flush();
      // The pages' copies of what ships can be made again.
      const datasets = datasetsStore.getState().datasets.map(({ id }) => id);
      const made = await services().data.ask({ type: 'archive', datasets }, options);
      downloadBlob(made.name, made.blob);
    });
  const inspect = (blob: Blob): Promise<void> =>
    run('inspect', async (options) => setFound({ blob, contents: await services().data.ask({ type: 'inspectArchive', blob }, options) }));
  const restore = (blob: Blob): Promise<void> =>
    run('restore', async (options) => {
      const { datasets, runs, jobs, skipped } = await services().data.ask({ type: 'restore', blob, conflicts }, options);
      await Promise.all([listDatasets(), listStored(), measureStorage()]);
      notify('plain', sentence('{datasets, plural, one {# dataset} other {# datasets}}, {runs, plural, one {# run} other {# runs}} and {jobs, plural, one {# job} other {# jobs}} of revising or judging are restored, {skipped} left out.', {
        datasets: datasets.length, runs: runs.length, jobs: jobs.length, skipped: skipped.length,
      }));
    });

  const exist = found === undefined ? 0 : [...found.contents.datasets, ...found.contents.runs, ...found.contents.jobs].filter((one) => one.exists).length;
  return (
    <section className={styles.section} aria-labelledby="backup">
      <h3 id="backup">{t('Backup')}</h3>
      <p className={styles.note}>{t('All your datasets, runs with their checkpoints, and jobs with their replies as one file with checksums; never a key. Restored, it gives back the same.')}</p>
      {step === undefined ? (
        <div className={styles.beside}>
          <Button onPress={() => void archive()}>{t('Back up everything')}</Button>
          <FileTrigger
            onSelect={(files) => {
              const file = files?.[0];
              if (file !== undefined) void inspect(file);
            }}
          >
            <Button>{t('Restore a backup …')}</Button>
          </FileTrigger>
        </div>
      ) : (
        <div className={styles.beside}>
          <div>
            <p className={styles.note} role="status">
              {step.doing === 'archive' ? t('Writing the backup …') : step.doing === 'inspect' ? t('Checking the backup …') : t('Restoring …')}
            </p>
            <Progress label={t('Backup')} value={step.done} max={step.total} />
          </div>
          <Button onPress={() => asking.current?.abort()}>{t('Cancel')}</Button>
        </div>
      )}
      <Confirm
        title={t('Restore a backup')}
        action={t('Restore')}
        isOpen={found !== undefined}
        onClose={() => setFound(undefined)}
        onConfirm={() => void restore(found!.blob)}
      >
        {found !== undefined && (
          <>
            <p>
              {t('Written {date}; all checksums are right. It holds:', { date: formatDate(Date.parse(found.contents.created), locale) })}
            </p>
            <ul className={styles.contents}>
              {found.contents.datasets.map(({ id, name, pairs, exists }) => (
                <li key={id}>
                  {name} · {t('{count, plural, one {# pair} other {# pairs}}', { count: pairs })}
                  {exists && ` · ${t('stored already')}`}
                </li>
              ))}
              {found.contents.runs.map(({ id, name, exists }) => (
                <li key={id}>
                  {t('Run “{name}”', { name })}
                  {exists && ` · ${t('stored already')}`}
                </li>
              ))}
              {found.contents.jobs.map(({ id, name, items, exists }) => (
                <li key={id}>
                  {t('Job “{name}”', { name })} · {t('{count, plural, one {# pair} other {# pairs}}', { count: items })}
                  {exists && ` · ${t('stored already')}`}
                </li>
              ))}
            </ul>
            {exist > 0 && (
              <Select
                label={t('What is stored already')}
                value={conflicts}
                onChange={setConflicts}
                options={[
                  { id: 'skip', name: t('stays as it is') },
                  { id: 'keepBoth', name: t('is kept beside what the backup holds') },
                ]}
              />
            )}
          </>
        )}
      </Confirm>
    </section>
  );
}
