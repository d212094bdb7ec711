// Moves or copies the selected pairs to another dataset, or to a new one.
import { useState } from 'react';
import { Confirm } from '../../../components/Confirm';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { createDataset } from '../../../stores/datasets';
import { countSelected } from '../../../stores/datasetView';
import { moveTo } from '../../../stores/datasetChanges';
import { useDatasets, useDataView } from '../../../stores/hooks';
import { report } from '../../../stores/notices';
import { formatCount } from '../words';

const NEW = 'new';

export function MoveDialog({ copy, isOpen, onClose }: { readonly copy: boolean; readonly isOpen: boolean; readonly onClose: () => void }) {
  const own = useDataView((state) => state.dataset!.info.id);
  const datasets = useDatasets((state) => state.datasets);
  const count = useDataView(countSelected);
  const [target, setTarget] = useState(NEW);
  const [name, setName] = useState('');
  const options = [
    { id: NEW, name: t('A new dataset') },
    ...datasets.filter(({ id }) => id !== own).map(({ id, name: title }) => ({ id, name: title })),
  ];
  const known = options.some(({ id }) => id === target) ? target : NEW;
  const go = async (): Promise<void> => {
    try {
      await moveTo(known === NEW ? await createDataset(name) : known, copy);
    } catch (error) {
      report(error);
    }
  };
  return (
    <Confirm
      title={copy ? t('Copy {count} pairs', { count: formatCount(count) }) : t('Move {count} pairs', { count: formatCount(count) })}
      action={copy ? t('Copy') : t('Move')}
      isOpen={isOpen}
      isDisabled={known === NEW && name.trim() === ''}
      onClose={onClose}
      onConfirm={() => void go()}
    >
      <Select label={t('To')} options={options} value={known} onChange={setTarget} />
      {known === NEW && <TextInput label={t('Name')} value={name} onChange={setName} />}
    </Confirm>
  );
}
