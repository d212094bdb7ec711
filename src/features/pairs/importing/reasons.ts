// Why rows gave no pair, and what pairs are warned of, in few words each; for tables of counts.
import { t } from '../../../components/text';
import type { RejectionCode, WarningCode } from '../../../preferences/import';

export function rejectionName(code: RejectionCode): string {
  switch (code) {
    case 'brokenJson':
      return t('No valid JSON');
    case 'brokenRow':
      return t('A quote or delimiter is not escaped');
    case 'notARow':
      return t('No object with named columns');
    case 'missing':
      return t('A column is missing');
    case 'notText':
      return t('A column can not be read as it is mapped');
    case 'emptyPrompt':
      return t('Empty prompt');
    case 'emptySide':
      return t('Empty side');
    case 'sameSides':
      return t('Chosen equals rejected');
    case 'duplicate':
      return t('Exact duplicate');
    case 'noCommonPrompt':
      return t('No shared prompt');
    case 'noLabel':
      return t('Unknown label');
    case 'noPartner':
      return t('No row with the opposite label');
    case 'tooFew':
      return t('Fewer than two rated completions');
    case 'tie':
      return t('Both rated alike');
    case 'skipped':
      return t('Marked to be left out');
    case 'tooLong':
      return t('Too long');
  }
}

export function warningName(code: WarningCode): string {
  switch (code) {
    case 'overContext':
      return t('longer than the context');
    case 'truncatedCells':
      return t('cut off by the dataset viewer');
    case 'wrongTen':
      return t('a score of 10 that its ratings contradict');
    case 'scoreOrder':
      return t('the rejected side has the higher score');
    case 'severalTurns':
      return t('the sides part before their last answer');
    case 'badCharacters':
      return t('characters that could not be read');
    case 'ragged':
      return t('fewer cells than columns');
    case 'extraDropped':
      return t('further columns too large to keep');
    case 'notMeasured':
      return t('too long to be measured');
    case 'idTaken':
      return t('a new id, since another pair has its own');
  }
}
