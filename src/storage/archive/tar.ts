// Tar files (POSIX.1-1988, ustar), written and read as streams. Only what an archive of the lab needs: plain files with short
// names. Any system's own tools unpack them.

const BLOCK = 512;
/** A file of an archive is no larger; a header that says more is damaged or hostile. Bytes. */
export const MAX_FILE = 1 << 30;

export interface TarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

/** The header, the contents and the zeros that fill up the last block. */
export function tarPieces({ path, bytes }: TarFile): Uint8Array[] {
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number): void => header.set(encoder.encode(text), at);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  put(path, 0);
  put(octal(0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(bytes.length, 11), 124);
  put(octal(0, 11), 136);
  put('        ', 148);
  // A plain file.
  put('0', 156);
  put('ustar\x0000', 257);
  put(`${octal(sumOf(header), 6)} `, 148);
  const rest = (BLOCK - (bytes.length % BLOCK)) % BLOCK;
  return [header, bytes, new Uint8Array(rest)];
}

/** What ends a tar file. */
export const tarEnd = (): Uint8Array => new Uint8Array(2 * BLOCK);

/** The sum of a header's bytes, its own place counted as blanks. */
function sumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** Thrown for a file that is no tar file, or that breaks off. */
export class DamagedTar extends Error {}

/** The files of a tar file, one after the other. */
export async function* readTar(stream: ReadableStream<Uint8Array>): AsyncGenerator<TarFile> {
  const take = createTaker(stream);
  for (;;) {
    const header = await take(BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const path = textAt(header, 0, 100);
    const size = numberAt(header, 124, 12);
    if (numberAt(header, 148, 8) !== sumOf(header) || textAt(header, 257, 5) !== 'ustar' || !(size <= MAX_FILE)) throw new DamagedTar('bad header');
    const bytes = await take(size);
    await take((BLOCK - (size % BLOCK)) % BLOCK);
    yield { path, bytes };
  }
}

function textAt(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function numberAt(header: Uint8Array, at: number, length: number): number {
  const text = textAt(header, at, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : NaN;
}

/** Takes so many bytes from a stream, in an array of their own. */
function createTaker(stream: ReadableStream<Uint8Array>): (count: number) => Promise<Uint8Array> {
  const reader = stream.getReader();
  let left: Uint8Array = new Uint8Array(0);
  return async (count) => {
    const pieces: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      if (left.length === 0) {
        // What can not be decompressed any further ends here, with an error that differs by platform.
        const { value } = await reader.read().catch(() => ({ value: undefined }));
        if (value === undefined) throw new DamagedTar('breaks off');
        left = value;
        continue;
      }
      const piece = left.subarray(0, missing);
      pieces.push(piece);
      left = left.subarray(piece.length);
      missing -= piece.length;
    }
    const out = new Uint8Array(count);
    let at = 0;
    for (const piece of pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  };
}
