// Reading texts: whole chunks at a time, of which few lie in memory at any moment.
import type { PreferencePair } from '../../preferences/pair';
import type { LabDatabase } from '../database';
import { pairAt } from './chunks';
import type { Loaded } from './loaded';
import type { PairBody, PairChunk } from './records';

/** Chunks read at a time: some megabytes. */
const BATCH_CHUNKS = 48;

/** The place in `starts` of the chunk that a row lies in; -1 if none does. */
export function chunkOf(starts: Uint32Array, row: number): number {
  let [low, high] = [-1, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= row) low = middle;
    else high = middle;
  }
  return low;
}

export interface ReadBody {
  readonly row: number;
  readonly body: PairBody;
}

/**
 * Texts of the given rows, a batch of chunks at a time; rows that are gone are left out. Within a stretch of rows that fit
 * into one batch they come in the order given, so sorted rows are read with each chunk once.
 */
export async function* readBodies(db: LabDatabase, data: Loaded, rows: ArrayLike<number>): AsyncGenerator<readonly ReadBody[]> {
  const { id } = data.head;
  for (let at = 0; at < rows.length; ) {
    const places = new Map<number, number>();
    const batch: { row: number; chunk: number }[] = [];
    for (; at < rows.length; at++) {
      const row = rows[at]!;
      const place = chunkOf(data.starts, row);
      if (place < 0) continue;
      let chunk = places.get(place);
      if (chunk === undefined) {
        if (places.size === BATCH_CHUNKS) break;
        chunk = places.size;
        places.set(place, chunk);
      }
      batch.push({ row, chunk });
    }
    const chunks = await readChunks(db, id, Array.from(places.keys(), (place) => data.starts[place]!));
    yield batch.flatMap(({ row, chunk }) => {
      const found = chunks[chunk];
      const body = found?.bodies[row - found.first];
      return body ? [{ row, body }] : [];
    });
  }
}

function readChunks(db: LabDatabase, id: string, firsts: readonly number[]): Promise<(PairChunk | undefined)[]> {
  return db.pairChunks.bulkGet(firsts.map((first) => [id, first] as [string, number]));
}

export interface ReadPair {
  readonly row: number;
  readonly pair: PreferencePair;
}

/** Pairs of the given rows as they are now, in batches; deleted ones are left out. */
export async function* readPairs(db: LabDatabase, data: Loaded, rows: ArrayLike<number>): AsyncGenerator<readonly ReadPair[]> {
  const { columns, tagSets } = data;
  for await (const batch of readBodies(db, data, rows)) {
    yield batch.flatMap(({ row, body }) => (columns.alive[row] === 1 ? [{ row, pair: pairAt(body, columns, tagSets, row) }] : []));
  }
}
