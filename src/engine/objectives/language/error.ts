// The error of the expression language: a sentence for a person, and where in their text it points.
import { UserError, type ErrorValues } from '../../errors';

/** A mistake in an objective's text. `position` and `length` count UTF-16 code units of that text. */
export class ObjectiveError extends UserError {
  /** Index of the first character that is wrong; the text's length where something is missing at the end. */
  readonly position: number;
  /** How many characters are wrong; 0 where something is missing. */
  readonly length: number;

  constructor(template: string, values: ErrorValues, position: number, length: number) {
    super(template, values);
    this.name = 'ObjectiveError';
    this.position = position;
    this.length = length;
  }
}
