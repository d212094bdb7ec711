// What the pairs pages call columns, splits, sources and datasets, in the reader's language.
import { formatCompact, formatFixed } from '../../components/format';
import { shippedTitle } from '../../components/shippedTitle';
import { t } from '../../components/text';
import type { PairSource, Split } from '../../preferences/pair';
import type { Flag } from '../../storage/pairs/filter';
import type { Column, DatasetInfo, OpenedDataset } from '../../storage/pairs/protocol';
import { isShippedCopy } from '../../stores/datasets';

export function columnName(column: Column, columns: OpenedDataset['columns'] = []): string {
  switch (column) {
    case 'promptLength':
      return t('Prompt, characters');
    case 'chosenLength':
      return t('Chosen, characters');
    case 'rejectedLength':
      return t('Rejected, characters');
    case 'lengthDifference':
      return t('Length, chosen − rejected');
    case 'wordJaccard':
      return t('Jaccard of words');
    case 'levenshtein':
      return t('Edit distance, characters');
    case 'scoreMargin':
      return t('Score, chosen − rejected');
    default:
      // A label that was stored with the column, e.g. the name of a run.
      return columns.find((one) => one.column === column)?.label ?? column.slice('added:'.length);
  }
}

export function formatValue(column: Column, value: number | undefined): string {
  if (value === undefined) return '–';
  if (column === 'wordJaccard') return formatFixed(value, 2);
  return Number.isInteger(value) ? formatCompact(value, 9) : formatFixed(value, 2);
}

export function splitName(split: Split): string {
  return split === 'train' ? t('Training') : t('Held-out');
}

export function sourceName(source: PairSource): string {
  switch (source) {
    case 'clair':
      return t('CLAIR revision');
    case 'off_policy':
      return t('Off-policy, judged');
    case 'on_policy':
      return t('On-policy, judged');
    case 'stronger':
      return t('Stronger preferred');
    case 'written':
      return t('Written here');
    case 'imported':
      return t('Imported');
  }
}

export function flagName(flag: Flag): string {
  switch (flag) {
    case 'sharedPrompt':
      return t('Prompt on both sides of the split');
    case 'nearDuplicate':
      return t('Near-duplicate of another pair');
    case 'unfinished':
      return t('Not finished');
    case 'overContext':
      return t('Longer than the model’s context');
  }
}

export function datasetTitle(info: DatasetInfo): string {
  return isShippedCopy(info) ? shippedTitle(info.name) : info.name;
}

/** Bytes as people read them: `812 kB`, `3.4 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${formatCompact(Number(value.toPrecision(3)), 3)} ${units[unit]}`;
}

export { formatCount } from '../../components/format';
export { shippedTitle };
