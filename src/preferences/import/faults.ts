// The sentences for rows that give no pair, one for each reason.
import { remark, type ErrorValues, type Remark } from '../../engine/errors';
import type { Fault } from './sourceRow';
import type { RejectionCode } from './types';

const sentences: Readonly<Record<RejectionCode, (values: ErrorValues) => Remark>> = {
  brokenJson: (values) => remark('The row is no valid JSON: {reason}', values),
  brokenRow: (values) => remark('The row has {cells} cells under {columns} columns, so a delimiter or quote in it is not escaped.', values),
  notARow: () => remark('The row is no object with named columns.'),
  missing: (values) => remark('The column “{column}” is missing or holds nothing.', values),
  notText: (values) => remark('The column “{column}” holds something that can not be read as it is mapped.', values),
  emptyPrompt: () => remark('There is no prompt: it is empty, or no question stands before the answers.'),
  emptySide: ({ side }) => remark(side === 'chosen' ? 'The chosen side is empty.' : 'The rejected side is empty.'),
  sameSides: () => remark('Chosen and rejected are the same, so there is nothing to prefer.'),
  duplicate: (values) => remark('The pair has been read before: row {row} holds the same prompt, chosen and rejected.', values),
  noCommonPrompt: () => remark('There is no prompt column, and the two sides do not begin with a shared prompt.'),
  noLabel: (values) => remark('The label “{label}” is not one that the mapping knows.', values),
  noPartner: () => remark('No other row has the same prompt and the opposite label, so there is nothing to compare with.'),
  tooFew: () => remark('Fewer than two completions have both text and a score.'),
  tie: () => remark('Both sides are rated alike, so there is nothing to prefer.'),
  skipped: (values) => remark('The column “{column}” says “{value}”, and such rows are left out.', values),
  tooLong: (values) => remark('A text has more than {limit} characters.', values),
};

/** Makes the fault of a row; the values fill the slots of its sentence. */
export function fault(code: RejectionCode, values: ErrorValues = {}): Fault {
  return { code, problem: sentences[code](values) };
}

export const unclosedQuote: Fault = { code: 'brokenRow', problem: remark('The row opens a quote that is never closed.') };
