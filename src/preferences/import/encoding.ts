// From bytes to text: which encoding, by byte order mark or by where the zeros lie, and the decoding itself.
import { UserError } from '../../engine/errors';
import type { TextEncoding } from './types';

/**
 * @param head the first bytes of the text.
 * @throws UserError for bytes that are no text that can be read.
 */
export function detectEncoding(head: Uint8Array): TextEncoding {
  const [a, b, c, d] = head;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    throw new UserError('The text is UTF-32, which is not read here. Nothing was imported; save it as UTF-8.');
  }
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';

  // Every data format here has plenty of ASCII, whose other byte is zero in UTF-16.
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i & 1] = zeros[i & 1]! + 1;
  const half = head.length / 2;
  const [even, odd] = [zeros[0]! / half, zeros[1]! / half];
  if (odd > 0.1 && even < odd / 8) return 'utf-16le';
  if (even > 0.1 && odd < even / 8) return 'utf-16be';
  if (zeros[0]! + zeros[1]! > head.length / 100) {
    throw new UserError(
      'The file holds no text and no format that is known here. Nothing was imported; bring JSONL, JSON, CSV, TSV or Parquet, also as gzip.',
    );
  }
  return 'utf-8';
}

/** Decodes as it comes; a byte order mark is left out, and bytes that are no text become replacement characters. */
export async function* decode(bytes: AsyncIterable<Uint8Array>, encoding: TextEncoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of bytes) {
    const text = decoder.decode(piece, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** The beginning of a text, without half a character at its end. */
export function decodeHead(head: Uint8Array, encoding: TextEncoding): string {
  return new TextDecoder(encoding).decode(head, { stream: true });
}
