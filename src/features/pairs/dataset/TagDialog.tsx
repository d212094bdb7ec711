// Gives the selected pairs tags and takes tags from them.
import { useState } from 'react';
import { Check } from '../../../components/Check';
import { Confirm } from '../../../components/Confirm';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { countSelected } from '../../../stores/datasetView';
import { tagPairs } from '../../../stores/datasetChanges';
import { useDataView } from '../../../stores/hooks';
import { readTags } from '../pair/tags';
import { formatCount } from '../words';
import styles from './dataset.module.css';

/** Existing tags offered for a tick. */
const OFFERED = 24;

export function TagDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const count = useDataView(countSelected);
  const known = useDataView((state) => state.dataset!.tags);
  const [written, setWritten] = useState('');
  const [removed, setRemoved] = useState<readonly string[]>([]);
  const add = readTags(written);
  const close = (): void => {
    setWritten('');
    setRemoved([]);
    onClose();
  };
  return (
    <Confirm
      title={t('Tags of {count} pairs', { count: formatCount(count) })}
      action={t('Change tags')}
      isOpen={isOpen}
      isDisabled={add.length + removed.length === 0}
      onClose={close}
      onConfirm={() => void tagPairs(add, removed)}
    >
      <TextInput label={t('Add, with commas between them')} value={written} onChange={setWritten} placeholder={t('e.g. too long, checked')} />
      {known.length > 0 && (
        <div role="group" aria-label={t('Take away')} className={styles.tagChoices}>
          <span className={styles.note}>{t('Take away')}</span>
          {known.slice(0, OFFERED).map((tag) => (
            <Check
              key={tag}
              isSelected={removed.includes(tag)}
              onChange={(on) => setRemoved(on ? [...removed, tag] : removed.filter((one) => one !== tag))}
            >
              {tag}
            </Check>
          ))}
        </div>
      )}
    </Confirm>
  );
}
