// Turns pairs into the records that hold them, bit by bit, so that a large dataset never lies in memory as a whole.
// Used by imports, by saving a dataset, by the upgrade from the first version, and by adding pairs to a dataset.
import type { PairMeasures } from '../../preferences/import';
import type { PreferencePair } from '../../preferences/pair';
import { bodyOf, createChunkMaker } from './chunks';
import { appendRow, BLOCK_ROWS, createColumns, packBlock, type ColumnBlock, type Columns } from './columns';
import { factsOf } from './facts';
import type { PairChunk, SketchBlock } from './records';
import { packSketches, sketchOf, type Sketch } from './sketchBlock';
import { createTagSets, type TagSets } from './tagSets';

export interface Packed {
  readonly chunks: readonly PairChunk[];
  readonly columns: readonly ColumnBlock[];
  readonly sketches: readonly SketchBlock[];
}

export interface Packer {
  readonly columns: Columns;
  readonly tagSets: TagSets;
  /** Adds a pair and gives its row. `measures` saves measuring it once more. */
  add(pair: PreferencePair, measures?: PairMeasures): number;
  /** Hands over what is complete, or, at the end, everything. A block handed over incomplete is handed over again when it has grown. */
  take(all?: boolean): Packed;
}

export interface Start {
  readonly columns: Columns;
  readonly tagSets: TagSets;
  /** Sketches of the last block, if that is not full. */
  readonly sketches: readonly Sketch[];
}

/** @param start where the dataset has rows already; its columns and tags grow in place. */
export function createPacker(dataset: string, start?: Start): Packer {
  const columns = start?.columns ?? createColumns();
  const tagSets = start?.tagSets ?? createTagSets();
  const chunks = createChunkMaker(dataset, columns.count);
  let sketches: Sketch[] = [...(start?.sketches ?? [])];
  let block = Math.floor(columns.count / BLOCK_ROWS);
  let fullColumns: ColumnBlock[] = [];
  let fullSketches: SketchBlock[] = [];

  function close(): void {
    if (sketches.length === 0) return;
    fullColumns.push(packBlock(columns, dataset, block));
    fullSketches.push(packSketches(dataset, block, sketches));
  }

  return {
    columns,
    tagSets,
    add(pair, measures) {
      const state = { split: pair.split, source: pair.source, tags: tagSets.idOf(pair.tags ?? []) };
      const row = appendRow(columns, factsOf(pair, measures), state);
      chunks.add(bodyOf(pair));
      sketches.push(sketchOf(pair));
      if (sketches.length === BLOCK_ROWS) {
        close();
        sketches = [];
        block += 1;
      }
      return row;
    },
    take(all = false) {
      if (all) close();
      const packed = { chunks: chunks.take(all), columns: fullColumns, sketches: fullSketches };
      fullColumns = [];
      fullSketches = [];
      return packed;
    },
  };
}

/** Pairs that are not deleted, in all and by split. */
export function countPairs({ count, alive, heldOut }: Columns): { pairs: number; trainPairs: number; heldOutPairs: number } {
  let [pairs, heldOutPairs] = [0, 0];
  for (let row = 0; row < count; row++) {
    if (alive[row] !== 1) continue;
    pairs += 1;
    heldOutPairs += heldOut[row]!;
  }
  return { pairs, trainPairs: pairs - heldOutPairs, heldOutPairs };
}
