// A dataset as a file: all of it, what passes the filter or what is selected, in TRL's shapes or in the lab's own.
import { useRef, useState } from 'react';
import { Button } from '../../../components/Button';
import { Check, Segments } from '../../../components/Check';
import { Dialog } from '../../../components/Dialog';
import { downloadBlob } from '../../../components/download';
import { Progress } from '../../../components/Progress';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import type { ExportChoice, Selection } from '../../../storage/pairs/protocol';
import { countSelected, isFiltered, selectionOf, viewStore } from '../../../stores/datasetView';
import { useDataView } from '../../../stores/hooks';
import { flushDraft } from '../../../stores/pairDraft';
import { report } from '../../../stores/notices';
import { services } from '../../../stores/services';
import { formatCount } from '../words';
import styles from './dataset.module.css';

type Part = 'all' | 'passing' | 'selected';

function selectionFor(part: Part): Selection {
  const view = viewStore.getState();
  if (part === 'selected') return selectionOf(view);
  return part === 'all' ? { filter: {} } : { filter: view.filter, ...(view.sample && { sample: view.sample }) };
}

export function ExportDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const info = useDataView((state) => state.dataset!.info);
  const filtered = useDataView(isFiltered);
  const passing = useDataView((state) => state.rows.length);
  const selected = useDataView(countSelected);
  const [wanted, setWanted] = useState<Part>('all');
  const [shape, setShape] = useState<ExportChoice['shape']>('conversational');
  const [format, setFormat] = useState<ExportChoice['format']>('jsonl');
  const [spreadsheet, setSpreadsheet] = useState(false);
  const [progress, setProgress] = useState<{ readonly done: number; readonly total: number } | undefined>(undefined);
  const asking = useRef<AbortController | null>(null);
  const parts: { id: Part; name: string }[] = [
    { id: 'all', name: t('All {count} pairs', { count: formatCount(info.pairs) }) },
    ...(filtered ? [{ id: 'passing' as const, name: t('The {count} that pass the filter, in this order', { count: formatCount(passing) }) }] : []),
    ...(selected > 0 ? [{ id: 'selected' as const, name: t('The {count} selected', { count: formatCount(selected) }) }] : []),
  ];
  const part = parts.some(({ id }) => id === wanted) ? wanted : 'all';
  const go = async (): Promise<void> => {
    const mine = new AbortController();
    asking.current = mine;
    setProgress({ done: 0, total: 1 });
    try {
      await flushDraft();
      const { sort } = viewStore.getState();
      const { blob, name } = await services().data.ask(
        {
          type: 'export',
          dataset: info.id,
          selection: selectionFor(part),
          ...(part !== 'all' && { sort }),
          choice: { shape, format, ...(format === 'csv' && spreadsheet && { spreadsheet }) },
        },
        { signal: mine.signal, onProgress: setProgress },
      );
      downloadBlob(name, blob);
      onClose();
    } catch (error) {
      if (!mine.signal.aborted) report(error);
    } finally {
      setProgress(undefined);
    }
  };
  return (
    <Dialog
      title={t('Export')}
      isOpen={isOpen}
      onClose={() => {
        asking.current?.abort();
        onClose();
      }}
    >
      <form
        className={styles.export}
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <Select label={t('Which pairs')} value={part} options={parts} onChange={setWanted} />
        <Select
          label={t('As')}
          value={shape}
          onChange={setShape}
          options={[
            { id: 'conversational', name: t('TRL, message lists'), description: t('An explicit prompt as a list of messages; chosen and rejected hold what the assistant says.') },
            { id: 'standard', name: t('TRL, plain text'), description: t('Three strings: prompt, chosen, rejected. For pairs without earlier turns.') },
            { id: 'lab', name: t('The lab’s own rows'), description: t('Everything of a pair, so that an import gives back the same: tags, split, source, scores, rationale.') },
          ]}
        />
        <div className={styles.exportFormat}>
          <Segments
            label={t('Format')}
            value={format}
            onChange={setFormat}
            options={[
              { id: 'jsonl', name: t('JSON lines') },
              { id: 'csv', name: 'CSV' },
            ]}
          />
          {format === 'csv' && (
            <Check isSelected={spreadsheet} onChange={setSpreadsheet}>
              {t('For a spreadsheet: text is never run as a formula')}
            </Check>
          )}
        </div>
        {progress !== undefined && <Progress label={t('Export')} value={progress.done} max={progress.total} />}
        <div className={styles.popoverButtons}>
          {progress !== undefined && <Button onPress={() => asking.current?.abort()}>{t('Cancel')}</Button>}
          <Button kind="primary" type="submit" isDisabled={progress !== undefined}>
            {t('Download')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
