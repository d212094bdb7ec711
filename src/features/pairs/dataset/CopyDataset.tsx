// Copies all pairs of a dataset, or those that pass its filter, into a new one.
import { useState } from 'react';
import { Confirm } from '../../../components/Confirm';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { createDataset, listDatasets } from '../../../stores/datasets';
import { isFiltered, viewStore } from '../../../stores/datasetView';
import { useDataView } from '../../../stores/hooks';
import { report } from '../../../stores/notices';
import { services } from '../../../stores/services';
import { datasetLink, goTo } from '../links';
import { datasetTitle, formatCount } from '../words';
import styles from './dataset.module.css';

async function copyInto(name: string): Promise<void> {
  const { dataset, filter, sample } = viewStore.getState();
  if (dataset === undefined) return;
  try {
    const to = await createDataset(name);
    await services().data.ask({ type: 'move', dataset: dataset.info.id, selection: { filter, ...(sample && { sample }) }, to, copy: true });
    await listDatasets();
    goTo(datasetLink(to));
  } catch (error) {
    report(error);
  }
}

export function CopyDataset({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const info = useDataView((state) => state.dataset!.info);
  const filtered = useDataView(isFiltered);
  const count = useDataView((state) => state.rows.length);
  const [draft, setDraft] = useState<string | null>(null);
  const name = draft ?? t('Copy of {name}', { name: datasetTitle(info) });
  return (
    <Confirm
      title={t('Make a copy')}
      action={t('Copy')}
      isOpen={isOpen}
      isDisabled={name.trim() === ''}
      onClose={() => {
        setDraft(null);
        onClose();
      }}
      onConfirm={() => void copyInto(name)}
    >
      <TextInput label={t('Name')} value={name} onChange={setDraft} />
      <p className={styles.note}>
        {filtered
          ? t('{count} pairs that pass the filter are copied.', { count: formatCount(count) })
          : t('All {count} pairs are copied.', { count: formatCount(count) })}
      </p>
    </Confirm>
  );
}
