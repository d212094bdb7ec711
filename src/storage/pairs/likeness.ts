// Near-duplicates: pairs whose texts share nearly all of their runs of five characters. Sketches that agree in a whole band
// make two pairs candidates (A. Broder, On the resemblance and containment of documents, 1997; locality-sensitive hashing
// as in J. Leskovec et al., Mining of Massive Datasets, chapter 3); the texts of candidates are then compared themselves.
import type { LabDatabase } from '../database';
import { readBodies } from './bodies';
import { BLOCK_ROWS } from './columns';
import { sketchesOf, type Loaded } from './loaded';
import type { DuplicateGroup } from './protocol';
import { BAND_ROWS, BANDS, NEARNESS, shingleSimilarity, sketchLikeness } from './sketch';
import { searchedTexts } from './sketchBlock';

/** Candidates whose sketches agree less than the threshold by this much are not read; the sketch errs by about a tenth. */
const SLACK = 0.25;
/** Rows of one band that a row is compared with; they stand for the others, which are like them. */
const MAX_LEADERS = 8;
/** Bodies kept while candidates are compared. */
const KEPT_TEXTS = 4000;

/** All sketches of a dataset side by side. */
async function allSketches(db: LabDatabase, data: Loaded): Promise<Uint16Array> {
  const all = new Uint16Array(data.columns.count * NEARNESS);
  for (const block of await sketchesOf(db, data)) all.set(block.nearness, block.block * BLOCK_ROWS * NEARNESS);
  return all;
}

/** Pairs of rows, the lower one first, that share a band and whose sketches agree well enough. */
export function candidates(sketches: Uint16Array, alive: Uint8Array, count: number, threshold: number): [number, number][] {
  const out: [number, number][] = [];
  const met = new Set<number>();
  const keys = new Float64Array(count);
  const rows = Uint32Array.from({ length: count }, (_, row) => row).filter((row) => alive[row] === 1);
  for (let band = 0; band < BANDS; band++) {
    for (const row of rows) {
      // Three numbers whole and the others mixed in: 53 bits.
      const at = row * NEARNESS + band * BAND_ROWS;
      const high = (sketches[at]! * 0x1_0000 + sketches[at + 1]!) ^ Math.imul(sketches[at + 3]!, 0x9e3779b1);
      const low = (sketches[at + 2]! << 5) ^ Math.imul(sketches[at + 4]!, 0x85eb);
      keys[row] = (high >>> 0) * 0x20_0000 + (low & 0x1f_ffff);
    }
    rows.sort((a, b) => keys[a]! - keys[b]! || a - b);
    for (let from = 0; from < rows.length; ) {
      let to = from + 1;
      while (to < rows.length && keys[rows[to]!] === keys[rows[from]!]) to += 1;
      const leaders: number[] = [];
      for (let i = from; i < to; i++) {
        const row = rows[i]!;
        let alike = false;
        for (const leader of leaders) {
          if (sketchLikeness(sketches, leader, row) < threshold - SLACK) continue;
          alike = true;
          const key = leader * count + row;
          if (!met.has(key)) {
            met.add(key);
            out.push([leader, row]);
          }
        }
        if (!alike && leaders.length < MAX_LEADERS) leaders.push(row);
      }
      from = to;
    }
  }
  return out.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/**
 * Groups of pairs that are nearly the same: each is connected to another of its group by a similarity of at least the
 * threshold. Misses about one in a hundred at a similarity of 0.9, one in ten at 0.8.
 * @param threshold Jaccard similarity over runs of five characters of prompt, chosen and rejected.
 */
export async function findDuplicates(
  db: LabDatabase,
  data: Loaded,
  threshold: number,
  tell: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<DuplicateGroup[]> {
  const { columns } = data;
  const pairs = candidates(await allSketches(db, data), columns.alive, columns.count, threshold);
  const parents = new Map<number, number>();
  const rootOf = (row: number): number => {
    let root = row;
    while (parents.has(root)) root = parents.get(root)!;
    return root;
  };
  const lowest = new Map<number, number>();
  const texts = new Map<number, readonly string[]>();
  for (let at = 0; at < pairs.length; ) {
    const batch: [number, number][] = [];
    const wanted = new Set<number>();
    // At least one pair, so that it goes on.
    while (at < pairs.length && wanted.size < KEPT_TEXTS / 4) {
      batch.push(pairs[at]!);
      for (const row of pairs[at]!) wanted.add(row);
      at += 1;
    }
    if (texts.size > KEPT_TEXTS) texts.clear();
    const unread = Uint32Array.from([...wanted].filter((row) => !texts.has(row))).sort();
    for await (const bodies of readBodies(db, data, unread)) {
      signal.throwIfAborted();
      for (const { row, body } of bodies) texts.set(row, searchedTexts({ ...body, rationale: undefined }));
    }
    for (const [first, second] of batch) {
      const [a, b] = [rootOf(first), rootOf(second)];
      const [x, y] = [texts.get(first), texts.get(second)];
      if (a === b || x === undefined || y === undefined) continue;
      const similarity = shingleSimilarity(x, y);
      if (similarity < threshold) continue;
      const [root, child] = a < b ? [a, b] : [b, a];
      parents.set(child, root);
      lowest.set(root, Math.min(similarity, lowest.get(root) ?? 1, lowest.get(child) ?? 1));
    }
    tell(at, pairs.length);
  }
  const groups = new Map<number, number[]>();
  for (const row of new Set([...parents.keys(), ...lowest.keys()])) {
    const root = rootOf(row);
    groups.set(root, [...(groups.get(root) ?? []), row]);
  }
  return [...groups]
    .map(([root, rows]) => ({ rows: rows.sort((a, b) => a - b), similarity: lowest.get(root)! }))
    .sort((a, b) => a.rows[0]! - b.rows[0]!);
}
