// Cuts an objective's text into tokens, mathematical spellings (−, ·, ², ≤, β) included. Used by the parser.
import { ObjectiveError } from './error';

export type Symbol = '+' | '-' | '*' | '/' | '^' | '(' | ')' | ',' | '<' | '>' | '<=' | '>=';

export type Token = { readonly position: number; readonly length: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'symbol'; readonly symbol: Symbol }
  /** A superscript such as ²: a power written after its base. */
  | { readonly kind: 'superscript'; readonly value: number }
  | { readonly kind: 'end' }
);

const symbols: ReadonlyMap<string, Symbol> = new Map([
  ...(['+', '-', '*', '/', '^', '(', ')', ',', '<', '>'] as const).map((symbol) => [symbol, symbol] as const),
  ['−', '-'],
  ['–', '-'],
  ['·', '*'],
  ['⋅', '*'],
  ['×', '*'],
  ['∗', '*'],
  ['÷', '/'],
  ['≤', '<='],
  ['≥', '>='],
]);

const superscripts: ReadonlyMap<string, number> = new Map([
  ['²', 2],
  ['³', 3],
]);

const space = /\s+/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
// Decimal digits alone: ² is a numeral too, but a power here.
const name = /[\p{L}_][\p{L}\p{Nd}_]*/uy;

/**
 * The tokens of a text, the last of them `end`.
 * @throws ObjectiveError at the first character that belongs to nothing.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0];
  };
  while (position < text.length) {
    const skipped = match(space);
    if (skipped !== undefined) {
      position += skipped.length;
      continue;
    }
    const digits = match(number);
    if (digits !== undefined) {
      const value = Number(digits);
      if (!Number.isFinite(value)) {
        throw new ObjectiveError('The number {number} is too large.', { number: digits }, position, digits.length);
      }
      tokens.push({ kind: 'number', value, position, length: digits.length });
      position += digits.length;
      continue;
    }
    const word = match(name);
    if (word !== undefined) {
      tokens.push({ kind: 'name', name: word, position, length: word.length });
      position += word.length;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(position)!);
    const power = superscripts.get(character);
    const symbol = symbols.get(character);
    if (power !== undefined) {
      tokens.push({ kind: 'superscript', value: power, position, length: 1 });
    } else if (symbol === undefined) {
      throw new ObjectiveError(
        'The character “{character}” has no meaning in an objective.',
        { character },
        position,
        character.length,
      );
    } else if ((symbol === '<' || symbol === '>') && text[position + 1] === '=') {
      tokens.push({ kind: 'symbol', symbol: `${symbol}=`, position, length: 2 });
      position += 1;
    } else {
      tokens.push({ kind: 'symbol', symbol, position, length: character.length });
    }
    position += character.length;
  }
  tokens.push({ kind: 'end', position: text.length, length: 0 });
  return tokens;
}
