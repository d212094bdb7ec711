// What can be done to the selected pairs, under the table while there are any.
import { useState } from 'react';
import { Button } from '../../../components/Button';
import { CloseIcon } from '../../../components/icons';
import { MenuButton } from '../../../components/Menu';
import { t } from '../../../components/text';
import { selectAll, selectNone, countSelected } from '../../../stores/datasetView';
import { duplicatePairs, removePairs, setSplit, swapSides } from '../../../stores/datasetChanges';
import { useDataView } from '../../../stores/hooks';
import { formatCount } from '../words';
import { MoveDialog } from './MoveDialog';
import { TagDialog } from './TagDialog';
import styles from './dataset.module.css';

export function ActionBar() {
  const count = useDataView(countSelected);
  const listed = useDataView((state) => state.rows.length);
  const readOnly = useDataView((state) => state.readOnly);
  const [open, setOpen] = useState<'tag' | 'move' | 'copy' | undefined>(undefined);
  const close = (): void => setOpen(undefined);
  return (
    <div className={styles.actions} role="toolbar" aria-label={t('Selected pairs')}>
      <span className={styles.selectedCount} role="status">
        {count === 0 ? t('None selected') : t('{count} selected', { count: formatCount(count) })}
      </span>
      {count < listed && (
        <Button kind="quiet" onPress={selectAll}>
          {t('Select all {count}', { count: formatCount(listed) })}
        </Button>
      )}
      {count > 0 && (
        <>
          <Button kind="quiet" aria-label={t('Select none')} onPress={selectNone}>
            <CloseIcon />
          </Button>
          <span className={styles.gap} />
          {!readOnly && (
            <>
              <Button onPress={() => setOpen('tag')}>{t('Tag')}</Button>
              <MenuButton
                label={t('Split')}
                items={[
                  { id: 'train', name: t('Use for training') },
                  { id: 'heldOut', name: t('Hold out') },
                ]}
                onAction={(id) => void setSplit(id === 'train' ? 'train' : 'heldOut')}
              />
              <MenuButton
                label={t('More')}
                items={[
                  { id: 'move', name: t('Move to another dataset …') },
                  { id: 'copy', name: t('Copy to another dataset …') },
                  { id: 'swap', name: t('Swap chosen and rejected') },
                  { id: 'duplicate', name: t('Duplicate') },
                ]}
                onAction={(id) => {
                  if (id === 'swap') void swapSides();
                  else if (id === 'duplicate') void duplicatePairs();
                  else setOpen(id === 'move' ? 'move' : 'copy');
                }}
              />
              <Button onPress={() => void removePairs()}>{t('Delete')}</Button>
            </>
          )}
          {readOnly && <Button onPress={() => setOpen('copy')}>{t('Copy to another dataset …')}</Button>}
        </>
      )}
      <TagDialog isOpen={open === 'tag'} onClose={close} />
      <MoveDialog copy={open === 'copy'} isOpen={open === 'move' || open === 'copy'} onClose={close} />
    </div>
  );
}
