// Pairs cut into what is stored of them: texts in chunks of a good size, and the split, source and tags in columns.
import type { PreferencePair } from '../../preferences/pair';
import { sourceAt, splitAt, type Columns } from './columns';
import type { PairBody, PairChunk } from './records';
import type { TagSets } from './tagSets';

/** Bytes that a chunk's texts take at most, unless one pair alone takes more; see `PairChunk`. */
const CHUNK_BYTES = 44_000;
const CHUNK_PAIRS = 64;

/** A string is stored with one byte for each unit, or with two as soon as one of its units needs them. */
const wide = /[^\x00-\xff]/;
const bytesOf = (text: string): number => text.length * (wide.test(text) ? 2 : 1);

/** About the bytes that a pair takes in the database. */
export function storedBytes(body: PairBody): number {
  const { prompt, chosen, rejected, rationale = '', history, extra } = body;
  const rest = history === undefined && extra === undefined ? '' : JSON.stringify([history, extra], (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
  return 120 + [prompt, chosen, rejected, rationale, rest].reduce((sum, text) => sum + bytesOf(text), 0);
}

/** A pair without its split, source and tags. */
export function bodyOf(pair: PreferencePair): PairBody {
  const { split: _split, source: _source, tags: _tags, ...body } = pair;
  return body;
}

/** The pair of a row, put together from its text and its columns. */
export function pairAt(body: PairBody, columns: Columns, tagSets: TagSets, row: number): PreferencePair {
  const tags = tagSets.lists[columns.tags[row]!] ?? [];
  return {
    ...(columns.swapped[row] === 1 ? swapSides(body) : body),
    split: splitAt(columns, row),
    source: sourceAt(columns, row),
    ...(tags.length > 0 && { tags }),
  };
}

/** The same with its sides, and their scores, the other way round. */
export function swapSides<T extends PairBody>(body: T): T {
  const { chosen, rejected, scores } = body;
  const other = scores && {
    ...(scores.rejected !== undefined && { chosen: scores.rejected }),
    ...(scores.chosen !== undefined && { rejected: scores.chosen }),
  };
  return { ...body, chosen: rejected, rejected: chosen, ...(other && { scores: other }) };
}

export interface ChunkMaker {
  /** Adds the body of the next row. */
  add(body: PairBody): void;
  /** Hands over the chunks that are full, or, at the end, all there are. */
  take(all: boolean): PairChunk[];
}

export function createChunkMaker(dataset: string, firstRow: number): ChunkMaker {
  let first = firstRow;
  let bytes = 0;
  let bodies: PairBody[] = [];
  let full: PairChunk[] = [];
  const close = (): void => {
    if (bodies.length === 0) return;
    full.push({ dataset, first, bodies });
    first += bodies.length;
    bodies = [];
    bytes = 0;
  };
  return {
    add(body) {
      const more = storedBytes(body);
      if (bytes + more > CHUNK_BYTES || bodies.length === CHUNK_PAIRS) close();
      bodies.push(body);
      bytes += more;
    },
    take(all) {
      if (all) close();
      const out = full;
      full = [];
      return out;
    },
  };
}
