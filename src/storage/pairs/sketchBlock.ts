// Sketches of up to BLOCK_ROWS rows in the few arrays in which they are stored, and as a list that can be changed.
import type { PreferencePair } from '../../preferences/pair';
import { foldText } from './fold';
import type { PairBody, SketchBlock } from './records';
import { gramFilter, NEARNESS, nearnessSketch } from './sketch';

export interface Sketch {
  readonly nearness: Uint16Array;
  readonly filter: Uint8Array;
}

/** The texts that are searched, folded; the order does not matter to a sketch, so swapping sides leaves it as it is. */
export function searchedTexts({ prompt, chosen, rejected, rationale }: PairBody | PreferencePair): string[] {
  return [prompt, chosen, rejected, ...(rationale === undefined ? [] : [rationale])].map(foldText);
}

export function sketchOf(pair: PairBody | PreferencePair): Sketch {
  const texts = searchedTexts(pair);
  // What was said for a pair makes it no other pair.
  return { nearness: nearnessSketch(texts.slice(0, 3)), filter: gramFilter(texts) };
}

export function packSketches(dataset: string, block: number, sketches: readonly Sketch[]): SketchBlock {
  const nearness = new Uint16Array(sketches.length * NEARNESS);
  const sizes = Uint16Array.from(sketches, ({ filter }) => filter.length);
  const filters = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  sketches.forEach((sketch, i) => {
    nearness.set(sketch.nearness, i * NEARNESS);
    filters.set(sketch.filter, at);
    at += sketch.filter.length;
  });
  return { dataset, block, count: sketches.length, nearness, sizes, filters };
}

export function unpackSketches({ count, nearness, sizes, filters }: SketchBlock): Sketch[] {
  let at = 0;
  return Array.from({ length: count }, (_, i) => {
    const from = at;
    at += sizes[i]!;
    return { nearness: nearness.subarray(i * NEARNESS, (i + 1) * NEARNESS), filter: filters.subarray(from, at) };
  });
}
