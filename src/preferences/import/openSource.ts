// From a source's bytes to its rows: unpacks, finds out format and encoding by what the bytes are, and hashes them on the way.
import type { AsyncBuffer } from 'hyparquet';
import { createSha256 } from '../../engine/sha256';
import { UserError } from '../../engine/errors';
import { gunzip, isGzip, peek, readBytes, type Peeked } from './bytes';
import { csvRows } from './csv';
import { decode, decodeHead, detectEncoding } from './encoding';
import { detectFormat } from './format';
import { jsonDocumentRows } from './jsonDocument';
import { jsonLineRows } from './jsonLines';
import type { RowBatches } from './sourceRow';
import type { ImportFormat, ImportSource, TextEncoding } from './types';

export interface OpenedSource {
  readonly format: ImportFormat;
  readonly encoding?: TextEncoding;
  readonly compressed: boolean;
  readonly rows: RowBatches;
  /** Bytes read so far, of the source as given. */
  readonly bytesRead: () => number;
  readonly totalBytes: number | undefined;
  /** SHA-256 of the source as given, in hexadecimal; to be asked for after the last row. */
  readonly hash: () => Promise<string>;
  /** Lets go of the source. */
  readonly close: () => Promise<void>;
}

/** As much as formats are told by. */
const HEAD = 1 << 16;

/** @throws UserError for what can not be read at all. */
export async function openSource(source: ImportSource, signal?: AbortSignal): Promise<OpenedSource> {
  const sha = createSha256();
  let read = 0;
  const count = (piece: Uint8Array): void => {
    sha.update(piece);
    read += piece.length;
  };
  const outer = await peek(readBytes(source, count, signal), HEAD);
  let inner = outer;
  const close = async (): Promise<void> => {
    if (inner !== outer) await inner.close();
    await outer.close();
  };
  try {
    if (outer.head.length === 0) {
      // Either empty, or its first byte could not be read, which reading on tells.
      for await (const _ of outer.all) break;
      throw new UserError('“{name}” is empty. Nothing was imported.', { name: source.name });
    }
    const compressed = isGzip(outer.head);
    if (compressed) inner = await peek(gunzip(outer.all), HEAD);
    const opened = isParquet(inner.head)
      ? await openParquet(source, inner, compressed, () => read, signal)
      : { ...(await openText(source.name, inner)), bytesRead: () => read };
    const { bytes } = source;
    return {
      ...opened,
      compressed,
      totalBytes: bytes instanceof Uint8Array ? bytes.length : bytes instanceof Blob ? bytes.size : undefined,
      hash: async () => {
        // What was read in parts has to be read once more; what was read to its end gives nothing here.
        for await (const _ of inner.all) signal?.throwIfAborted();
        return sha.hex();
      },
      close: async () => {
        await opened.rows.return(undefined);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openParquet({ bytes }: ImportSource, inner: Peeked, compressed: boolean, read: () => number, signal?: AbortSignal) {
  const inParts = !compressed && (bytes instanceof Uint8Array || bytes instanceof Blob) ? bytes : null;
  const file = inParts ? bufferOf(inParts) : bufferOf(await blobOf(inner.all));
  signal?.throwIfAborted();
  let position = 0;
  // The codecs are several hundred kilobytes of code, for this format alone.
  const { parquetRows } = await import('./parquet');
  return { format: 'parquet' as const, rows: parquetRows(file, (reached) => (position = reached)), bytesRead: () => (inParts ? position : read()) };
}

async function openText(name: string, { head: bytes, all }: Peeked) {
  const foreign = archiveOf(bytes);
  if (foreign) throw new UserError('“{name}” is a {kind} file. Nothing was imported; unpack it, and bring what is in it.', { name, kind: foreign });
  const encoding = detectEncoding(bytes);
  const head = decodeHead(bytes, encoding);
  if (head.trim() === '') {
    // Either nothing at all, or gzip that breaks off before its first character, which reading on tells.
    for await (const piece of all) if (decodeHead(piece, encoding).trim() !== '') break;
    throw new UserError('“{name}” holds only blanks. Nothing was imported.', { name });
  }
  const detected = detectFormat(head, bytes.length < HEAD);
  const texts = decode(all, encoding);
  const rows = 'delimiter' in detected ? csvRows(texts, detected) : detected.format === 'jsonl' ? jsonLineRows(texts) : jsonDocumentRows(texts);
  return { format: detected.format, encoding, rows };
}

/** “PAR1”. */
const isParquet = ([a, b, c, d]: Uint8Array): boolean => a === 0x50 && b === 0x41 && c === 0x52 && d === 0x31;

/** Parts of a file, as Parquet is read. */
function bufferOf(bytes: Uint8Array | Blob): AsyncBuffer {
  if (bytes instanceof Blob) return { byteLength: bytes.size, slice: (start, end) => bytes.slice(start, end).arrayBuffer() };
  return { byteLength: bytes.length, slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer };
}

/** Holds what comes in a stream; a browser puts large blobs on the disk. */
async function blobOf(pieces: AsyncIterable<Uint8Array>): Promise<Blob> {
  let blob = new Blob();
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of pieces) {
    waiting.push(new Uint8Array(piece));
    length += piece.length;
    if (length > 1 << 24) {
      blob = new Blob([blob, ...waiting]);
      waiting = [];
      length = 0;
    }
  }
  return new Blob([blob, ...waiting]);
}

/** The name of a packing that is not read here. */
function archiveOf([a, b, c, d]: Uint8Array): string | null {
  if (a === 0x50 && b === 0x4b && (c === 3 || c === 5)) return 'ZIP or Excel';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'Zstandard';
  if (a === 0x42 && b === 0x5a && c === 0x68) return 'bzip2';
  if (a === 0xfd && b === 0x37 && c === 0x7a && d === 0x58) return 'xz';
  if (a === 0x41 && b === 0x52 && c === 0x52 && d === 0x4f) return 'Arrow';
  return null;
}
