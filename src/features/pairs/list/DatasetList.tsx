// Every dataset of preference pairs: one's own, those that ship, those deleted a moment ago; and how much room is left.
import { useEffect, useState } from 'react';
import { Button } from '../../../components/Button';
import { Confirm } from '../../../components/Confirm';
import { PlusIcon } from '../../../components/icons';
import { formatDate } from '../../../components/format';
import { t, useLocale } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { shippedDatasets } from '../../../lab/assets';
import { bringBack, createDataset, measureStorage, purgeDataset } from '../../../stores/datasets';
import { useDatasets } from '../../../stores/hooks';
import { report } from '../../../stores/notices';
import { datasetLink, goTo, importLink, makeLink, pairLink } from '../links';
import { formatCount, shippedTitle } from '../words';
import { Backup } from './Backup';
import { BesideForm } from './BesideForm';
import { DatasetRow } from './DatasetRow';
import { StorageNote } from './StorageNote';
import styles from './list.module.css';

function NewDataset() {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const make = (): void => {
    createDataset(name).then((id) => goTo(pairLink(id, 'new'))).catch(report);
  };
  return (
    <>
      <Button
        onPress={() => {
          setName(t('My pairs'));
          setOpen(true);
        }}
      >
        <PlusIcon /> {t('New dataset')}
      </Button>
      <Confirm title={t('New dataset')} action={t('Create')} isOpen={open} isDisabled={name.trim() === ''} onClose={() => setOpen(false)} onConfirm={make}>
        <TextInput label={t('Name')} value={name} onChange={setName} />
        <p className={styles.note}>{t('It starts empty, and you write its first pair.')}</p>
      </Confirm>
    </>
  );
}

function Shipped({ name }: { readonly name: (typeof shippedDatasets)[number] }) {
  const copy = useDatasets((state) => state.copies[name]);
  return (
    <tr>
      <th scope="row">
        <a href={datasetLink(name)}>{shippedTitle(name)}</a>
        <span className={styles.about}>
          {name === 'clair'
            ? t('The model’s own answer loses to a revision of itself that changes only what was wrong.')
            : t('Two answers by other writers; a judge prefers one. They differ in much besides quality.')}
        </span>
      </th>
      <td>{copy === undefined ? '' : formatCount(copy.pairs)}</td>
      <td>{copy === undefined ? '' : `${formatCount(copy.trainPairs)} / ${formatCount(copy.heldOutPairs)}`}</td>
      <td className={styles.date}>{t('ships with the lab')}</td>
      <td />
    </tr>
  );
}

function Deleted() {
  const deleted = useDatasets((state) => state.deleted);
  const locale = useLocale();
  const [purging, setPurging] = useState<string | undefined>(undefined);
  if (deleted.length === 0) return null;
  const name = deleted.find((one) => one.id === purging)?.name ?? '';
  return (
    <section className={styles.section} aria-labelledby="deleted-datasets">
      <h3 id="deleted-datasets">{t('Deleted, kept for a day')}</h3>
      <ul className={styles.deleted}>
        {deleted.map((one) => (
          <li key={one.id}>
            <span className={styles.name}>{one.name}</span>
            <span className={styles.note}>
              {t('{count, plural, one {# pair} other {# pairs}}', { count: one.pairs })} · {formatDate(one.deletedAt!, locale)}
            </span>
            <Button kind="quiet" aria-label={t('Bring back “{name}”', { name: one.name })} onPress={() => void bringBack(one.id)}>
              {t('Bring back')}
            </Button>
            <Button kind="quiet" aria-label={t('Delete “{name}” for good', { name: one.name })} onPress={() => setPurging(one.id)}>
              {t('Delete for good')}
            </Button>
          </li>
        ))}
      </ul>
      <Confirm
        title={t('Delete for good')}
        action={t('Delete for good')}
        isOpen={purging !== undefined}
        onClose={() => setPurging(undefined)}
        onConfirm={() => void purgeDataset(purging!)}
      >
        <p>{t('“{name}” cannot be brought back after this. Runs that were trained on it keep their curves.', { name })}</p>
      </Confirm>
    </section>
  );
}

export function DatasetList() {
  const datasets = useDatasets((state) => state.datasets);
  const listed = useDatasets((state) => state.listed);
  useEffect(() => void measureStorage(), [datasets]);
  return (
    <div className={styles.page}>
      <div className={styles.top}>
        <h2>{t('Preference pairs')}</h2>
        <NewDataset />
        <Button onPress={() => goTo(makeLink)}>{t('Make a dataset')}</Button>
        <Button kind="primary" onPress={() => goTo(importLink)}>
          {t('Import')}
        </Button>
      </div>
      <section className={styles.section} aria-labelledby="own-datasets">
        <table className={styles.table}>
          <caption id="own-datasets">{t('Datasets')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('Name')}</th>
              <th scope="col">{t('Pairs')}</th>
              <th scope="col">{t('Training / held-out')}</th>
              <th scope="col" className={styles.date}>{t('Changed')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {datasets.map((info) => (
              <DatasetRow key={info.id} info={info} />
            ))}
            {shippedDatasets.map((name) => (
              <Shipped key={name} name={name} />
            ))}
          </tbody>
        </table>
        {listed && datasets.length === 0 && (
          <p className={styles.empty}>
            {t('Bring your own: a file of JSON lines, JSON, CSV, TSV or Parquet, pasted text, or a public dataset by name. Everything stays in this browser.')}{' '}
            <a href={importLink}>{t('Import preference pairs')}</a>
          </p>
        )}
      </section>
      <BesideForm />
      <Deleted />
      <Backup />
      <StorageNote />
    </div>
  );
}
