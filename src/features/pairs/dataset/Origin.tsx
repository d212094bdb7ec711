// Where a dataset comes from, as was written down when it was made: file, hash, mapping, counts, split, time.
import { Dialog } from '../../../components/Dialog';
import { formatDate } from '../../../components/format';
import { t, useLocale } from '../../../components/text';
import type { DatasetInfo } from '../../../storage/pairs/protocol';
import styles from './dataset.module.css';

/** What the provenance's keys are called; one that nobody named stands as it is. */
function originName(key: string): string {
  switch (key) {
    case 'file':
      return t('File');
    case 'dataset':
      return t('Public dataset');
    case 'format':
      return t('Format');
    case 'mapping':
      return t('Columns');
    case 'split':
      return t('Split');
    case 'rows':
      return t('Rows');
    case 'context':
      return t('The model’s context');
    case 'imported':
      return t('Imported');
    case 'sha256':
      return 'SHA-256';
    default:
      return key;
  }
}

export function Origin({ info, isOpen, onClose }: { readonly info: DatasetInfo; readonly isOpen: boolean; readonly onClose: () => void }) {
  const locale = useLocale();
  const value = (key: string, text: string): string => (key === 'imported' && !Number.isNaN(Date.parse(text)) ? formatDate(Date.parse(text), locale) : text);
  return (
    <Dialog title={t('Where it comes from')} isOpen={isOpen} onClose={onClose}>
      <dl className={styles.origin}>
        <div>
          <dt>{t('Made')}</dt>
          <dd>{formatDate(info.createdAt, locale)}</dd>
        </div>
        {Object.entries(info.provenance).map(([key, text]) => (
          <div key={key}>
            <dt>{originName(key)}</dt>
            <dd>{value(key, text)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
