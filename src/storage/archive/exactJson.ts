// JSON that gives back exactly what was put in: numbers that JSON has no word for (NaN, the infinities, -0) and big integers
// are written as small objects, arrays of numbers of one kind as their bytes in base64. Everything else is plain JSON, readable by
// anybody.

const NUMBER = '$number';
const INTEGER = '$integer';
/** An object of the data that could be taken for one of ours. */
const OBJECT = '$object';
/** Typed arrays: their bytes, little-endian as on everything that runs a browser. */
const arrays = { $float32: Float32Array, $uint32: Uint32Array, $uint8: Uint8Array } as const;
const marks = [NUMBER, INTEGER, OBJECT, ...Object.keys(arrays)];

/** Bytes that become characters in one call. */
const SLICE = 8192;

function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  let binary = '';
  for (let at = 0; at < byteLength; at += SLICE) {
    binary += String.fromCharCode(...new Uint8Array(buffer, byteOffset + at, Math.min(SLICE, byteLength - at)));
  }
  return btoa(binary);
}

/** @throws SyntaxError if the text is no base64 of whole numbers of that kind. */
function fromBase64(mark: keyof typeof arrays, text: string): ArrayBufferView {
  const kind = arrays[mark];
  const bytes = Uint8Array.from(atobOrThrow(text), (char) => char.charCodeAt(0));
  if (bytes.length % kind.BYTES_PER_ELEMENT !== 0) throw new SyntaxError('Bytes that are no whole numbers.');
  return new kind(bytes.buffer);
}

function atobOrThrow(text: string): string {
  try {
    return atob(text);
  } catch {
    throw new SyntaxError('No base64.');
  }
}

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
  for (const [mark, kind] of Object.entries(arrays)) if (value instanceof kind) return { [mark]: toBase64(value) };
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
  if (Object.hasOwn(arrays, key) && typeof held === 'string') return fromBase64(key as keyof typeof arrays, held);
  return plain(value);
}

/** One line of text, without its end. */
export const toExactJson = (value: unknown): string => JSON.stringify(encode(value));

/** @throws SyntaxError if it is no JSON, or holds an array of numbers that is damaged. */
export const fromExactJson = (text: string): unknown => decode(JSON.parse(text));
