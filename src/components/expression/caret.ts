// Where a person's text is wrong, counted as people count characters.
import { ObjectiveError } from '../../engine/objectives';
import type { UserError } from '../../engine/errors';

/** Where a text is wrong: the character's column and how many, counted in characters people see, at least one. */
export function caretOf(text: string, error: UserError): { readonly column: number; readonly width: number } | undefined {
  if (!(error instanceof ObjectiveError)) return undefined;
  const count = (part: string): number => [...part].length;
  return {
    column: count(text.slice(0, error.position)),
    width: Math.max(1, count(text.slice(error.position, error.position + error.length))),
  };
}
