// JSON that gives back exactly what was put in: numbers that JSON has no word for (NaN, the infinities, -0) and big integers
// are written as small objects. Everything else is plain JSON, readable by anybody.

const NUMBER = '$number';
const INTEGER = '$integer';
/** An object of the data that could be taken for one of ours. */
const OBJECT = '$object';
const marks = [NUMBER, INTEGER, OBJECT];

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function isMarked(value: Record<string, unknown>): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && marks.includes(keys[0]!);
}

function encode(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value === 'bigint') return { [INTEGER]: String(value) };
  if (Array.isArray(value)) return value.map(encode);
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, encode(one)] as const);
  // fromEntries defines properties, so a key called __proto__ stays a key.
  const encoded = Object.fromEntries(entries);
  return isMarked(value) ? { [OBJECT]: encoded } : encoded;
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isPlain(value)) return value;
  const plain = (object: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(object).map(([key, one]) => [key, decode(one)]));
  if (!isMarked(value)) return plain(value);
  const [key, held] = Object.entries(value)[0]!;
  if (key === NUMBER && typeof held === 'string') return Number(held);
  if (key === INTEGER && typeof held === 'string' && /^-?\d+$/.test(held)) return BigInt(held);
  if (key === OBJECT && isPlain(held)) return plain(held);
  return plain(value);
}

/** One line of text, without its end. */
export const toExactJson = (value: unknown): string => JSON.stringify(encode(value));

/** @throws SyntaxError if it is no JSON. */
export const fromExactJson = (text: string): unknown => decode(JSON.parse(text));
