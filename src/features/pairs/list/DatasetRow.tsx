// One of a person's own datasets in the list, with what can be done to it as a whole.
import { useState } from 'react';
import { Confirm } from '../../../components/Confirm';
import { madeTitle } from '../../../components/datasetKinds';
import { formatDate } from '../../../components/format';
import { MenuButton } from '../../../components/Menu';
import { t, useLocale } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { readMade } from '../../../lab/making/provenance';
import type { DatasetInfo } from '../../../storage/pairs/protocol';
import { removeDataset, renameDataset } from '../../../stores/datasets';
import { datasetLink, goTo } from '../links';
import { modelText } from '../making/MadeNote';
import { formatCount } from '../words';
import styles from './list.module.css';

/** Asks before a dataset is deleted. */
export function DeleteDataset({ info, isOpen, onClose, onDone }: { readonly info: DatasetInfo; readonly isOpen: boolean; readonly onClose: () => void; readonly onDone?: () => void }) {
  return (
    <Confirm
      title={t('Delete the dataset')}
      action={t('Delete')}
      isOpen={isOpen}
      onClose={onClose}
      onConfirm={() => {
        void removeDataset(info.id);
        onDone?.();
      }}
    >
      <p>
        {t('“{name}” with {count, plural, one {its # pair} other {its # pairs}} is deleted. For a day it can be brought back from the list of datasets.', {
          name: info.name,
          count: info.pairs,
        })}
      </p>
    </Confirm>
  );
}

export function RenameDataset({ info, isOpen, onClose }: { readonly info: DatasetInfo; readonly isOpen: boolean; readonly onClose: () => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  const name = draft ?? info.name;
  const close = (): void => {
    setDraft(null);
    onClose();
  };
  return (
    <Confirm
      title={t('Rename the dataset')}
      action={t('Rename')}
      isOpen={isOpen}
      isDisabled={name.trim() === ''}
      onClose={close}
      onConfirm={() => void renameDataset(info.id, name)}
    >
      <TextInput label={t('Name')} value={name} onChange={setDraft} />
    </Confirm>
  );
}

export function DatasetRow({ info }: { readonly info: DatasetInfo }) {
  const locale = useLocale();
  const [asking, setAsking] = useState<'rename' | 'delete' | undefined>(undefined);
  const { file } = info.provenance;
  const made = readMade(info.provenance);
  return (
    <tr>
      <th scope="row">
        <a href={datasetLink(info.id)}>{info.name}</a>
        {file !== undefined && file !== info.name && <span className={styles.about}>{file}</span>}
        {made !== undefined && <span className={styles.about}>{t('Made here: {title}, from {model}', { title: madeTitle({ ...made, tuning: false }), model: modelText(made) })}</span>}
      </th>
      <td>{formatCount(info.pairs)}</td>
      <td>
        {formatCount(info.trainPairs)} / {formatCount(info.heldOutPairs)}
      </td>
      <td className={styles.date}>{formatDate(info.changedAt, locale)}</td>
      <td>
        <MenuButton
          plain
          label={t('Actions for “{name}”', { name: info.name })}
          items={[
            { id: 'open', name: t('Open') },
            { id: 'rename', name: t('Rename') },
            { id: 'delete', name: t('Delete') },
          ]}
          onAction={(id) => {
            if (id === 'open') goTo(datasetLink(info.id));
            else setAsking(id === 'rename' ? 'rename' : 'delete');
          }}
        >
          ⋯
        </MenuButton>
        <RenameDataset info={info} isOpen={asking === 'rename'} onClose={() => setAsking(undefined)} />
        <DeleteDataset info={info} isOpen={asking === 'delete'} onClose={() => setAsking(undefined)} />
      </td>
    </tr>
  );
}
