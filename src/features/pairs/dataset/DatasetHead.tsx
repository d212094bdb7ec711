// The bar over a dataset: what it is, how large, what was done last and can be taken back, and what to do with all of it.
import { useState } from 'react';
import { Button } from '../../../components/Button';
import { PlusIcon, RedoIcon, UndoIcon } from '../../../components/icons';
import { goTo, reviseDatasetLink } from '../../../components/links';
import { MenuButton } from '../../../components/Menu';
import { t } from '../../../components/text';
import { redo, undo } from '../../../stores/datasetChanges';
import { useDataView } from '../../../stores/hooks';
import { DeleteDataset, RenameDataset } from '../list/DatasetRow';
import { MadeNote } from '../making/MadeNote';
import { adviceLink, listLink, pairLink } from '../links';
import { datasetTitle, formatCount } from '../words';
import { CopyDataset } from './CopyDataset';
import { trainOn } from './trainOn';
import { ExportDialog } from './ExportDialog';
import { MeasureDialog } from './MeasureDialog';
import { Origin } from './Origin';
import { ResplitDialog } from './ResplitDialog';
import styles from './dataset.module.css';

export function DatasetHead({ name }: { readonly name: string }) {
  const info = useDataView((state) => state.dataset!.info);
  const readOnly = useDataView((state) => state.readOnly);
  const [open, setOpen] = useState<'rename' | 'delete' | 'resplit' | 'copy' | 'export' | 'measure' | 'origin' | undefined>(undefined);
  const close = (): void => setOpen(undefined);
  const said = (remark: typeof info.undo, otherwise: string): string => (remark === undefined ? otherwise : t(remark.template, remark.values));
  return (
    <div className={styles.bar}>
      <nav aria-label={t('Where you are')} className={styles.crumbs}>
        <a href={listLink}>{t('Datasets')}</a>
        <span aria-hidden="true">›</span>
        <h2>{datasetTitle(info)}</h2>
      </nav>
      <p className={styles.counts}>
        {t('{count, plural, one {# pair} other {# pairs}}', { count: info.pairs })}
        {' · '}
        {t('{train} for training, {heldOut} held out', { train: formatCount(info.trainPairs), heldOut: formatCount(info.heldOutPairs) })}
      </p>
      <div className={styles.tools}>
        {readOnly ? (
          <>
            <span className={styles.note}>{t('Ships with the lab; make a copy to change it.')}</span>
            <Button onPress={() => setOpen('copy')}>{t('Make a copy')}</Button>
          </>
        ) : (
          <>
            <Button
              kind="quiet"
              isDisabled={info.undo === undefined}
              aria-label={t('Undo: {what}', { what: said(info.undo, t('nothing')) })}
              onPress={() => void undo()}
            >
              <UndoIcon />
            </Button>
            <Button
              kind="quiet"
              isDisabled={info.redo === undefined}
              aria-label={t('Redo: {what}', { what: said(info.redo, t('nothing')) })}
              onPress={() => void redo()}
            >
              <RedoIcon />
            </Button>
            <Button onPress={() => goTo(pairLink(name, 'new'))}>
              <PlusIcon /> {t('Write a pair')}
            </Button>
          </>
        )}
        <Button onPress={() => goTo(reviseDatasetLink(name))}>{t('Revise')}</Button>
        <Button onPress={() => trainOn(name, info)}>{t('Train on it')}</Button>
        <Button onPress={() => setOpen('export')}>{t('Export')}</Button>
        <MenuButton
          plain
          label={t('Actions for “{name}”', { name: datasetTitle(info) })}
          items={[
            { id: 'advice', name: t('Which variant of APO? …') },
            { id: 'measure', name: t('Measure by the models …') },
            { id: 'copy', name: t('Make a copy') },
            { id: 'origin', name: t('Where it comes from …') },
            ...(readOnly
              ? []
              : [
                  { id: 'resplit', name: t('Split anew …') },
                  { id: 'rename', name: t('Rename') },
                  { id: 'delete', name: t('Delete') },
                ]),
          ]}
          onAction={(id) => (id === 'advice' ? goTo(adviceLink(name)) : setOpen(id as typeof open))}
        >
          ⋯
        </MenuButton>
      </div>
      <MadeNote info={info} />
      <RenameDataset info={info} isOpen={open === 'rename'} onClose={close} />
      <DeleteDataset info={info} isOpen={open === 'delete'} onClose={close} onDone={() => goTo(listLink)} />
      <ResplitDialog isOpen={open === 'resplit'} onClose={close} />
      <ExportDialog isOpen={open === 'export'} onClose={close} />
      <MeasureDialog isOpen={open === 'measure'} onClose={close} />
      <Origin info={info} isOpen={open === 'origin'} onClose={close} />
      <CopyDataset isOpen={open === 'copy'} onClose={close} />
    </div>
  );
}
