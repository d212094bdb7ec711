// Where a dataset comes from, as was written down when it was made: file, hash, mapping, counts, split, time.
import { Dialog } from '../../../components/Dialog';
import { kindTitle } from '../../../components/datasetKinds';
import { formatDate } from '../../../components/format';
import { t, useLocale } from '../../../components/text';
import { readMade } from '../../../lab/making/provenance';
import type { DatasetInfo } from '../../../storage/pairs/protocol';
import { judgeText, modelText } from '../making/MadeNote';
import { formatCount } from '../words';
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
    case 'kind':
      return t('Kind');
    case 'seed':
      return t('Seed');
    case 'asked':
      return t('Asked for');
    case 'model':
      return t('Answers of');
    case 'modelHash':
      return t('SHA-256 of the model');
    case 'judge':
      return t('The judge');
    case 'lab':
      return t('Version of the lab');
    case 'made':
      return t('Made by the lab');
    case 'sha256':
      return 'SHA-256';
    default:
      return key;
  }
}

const dates: ReadonlySet<string> = new Set(['imported', 'made']);

/** What is known of a dataset that the lab has made, in words. */
function madeTexts(info: DatasetInfo): Readonly<Record<string, string>> {
  const made = readMade(info.provenance);
  if (made === undefined) return {};
  const { train, heldOut } = made.asked;
  return {
    kind: kindTitle(made.kind),
    asked: t('{train} for training, {heldOut} held out', { train: formatCount(train), heldOut: formatCount(heldOut) }),
    model: modelText(made),
    judge: judgeText(made),
  };
}

export function Origin({ info, isOpen, onClose }: { readonly info: DatasetInfo; readonly isOpen: boolean; readonly onClose: () => void }) {
  const locale = useLocale();
  const texts = madeTexts(info);
  const value = (key: string, text: string): string => (dates.has(key) && !Number.isNaN(Date.parse(text)) ? formatDate(Date.parse(text), locale) : (texts[key] ?? text));
  return (
    <Dialog title={t('Where it comes from')} isOpen={isOpen} onClose={onClose}>
      <dl className={styles.origin}>
        {info.provenance.made === undefined && (
          <div>
            <dt>{t('Made')}</dt>
            <dd>{formatDate(info.createdAt, locale)}</dd>
          </div>
        )}
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
