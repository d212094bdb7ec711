// Full-text search: sketches rule out most rows at once, the others are read from the database bit by bit. What was found
// is kept, so that brushing a histogram or typing another letter does not read the same texts again.
import type { LabDatabase } from '../database';
import { readBodies } from './bodies';
import { BLOCK_ROWS } from './columns';
import { foldText } from './fold';
import { remember, sketchesOf, type Loaded, type TextSearch } from './loaded';
import { searchedTexts } from './sketchBlock';
import { mayHold, queryGrams } from './sketch';

export const NOT_READ = 0;
export const HOLDS = 1;
export const LACKS = 2;

/** The search for a text, where it was left or from the beginning. */
export async function openSearch(db: LabDatabase, data: Loaded, text: string): Promise<TextSearch> {
  const folded = foldText(text);
  const sketches = data.memo.searches.has(folded) ? [] : await sketchesOf(db, data);
  return remember(data.memo.searches, folded, () => {
    const { count, alive } = data.columns;
    const states = new Uint8Array(count).fill(LACKS);
    const grams = queryGrams(folded);
    // A text that lacks a part of what is searched for lacks the whole.
    const narrower = [...data.memo.searches.values()].filter((one) => folded.includes(one.folded));
    let candidates = 0;
    for (const block of sketches) {
      if (block === undefined) continue;
      let at = 0;
      for (let i = 0; i < block.count; i++) {
        const row = block.block * BLOCK_ROWS + i;
        const size = block.sizes[i]!;
        if (alive[row] === 1 && narrower.every((one) => one.states[row] !== LACKS) && mayHold(block.filters, at, size, grams)) {
          states[row] = NOT_READ;
          candidates += 1;
        }
        at += size;
      }
    }
    return { folded, states, candidates, left: candidates };
  });
}

/**
 * Reads rows that have not been read, those first that are wanted first, and pauses after each batch.
 * @param wanted rows that would be shown if they held the text.
 */
export async function* searchOn(db: LabDatabase, data: Loaded, search: TextSearch, wanted: (row: number) => boolean): AsyncGenerator<void> {
  for (const first of [true, false]) {
    const rows = Uint32Array.from(notRead(search.states, (row) => wanted(row) === first));
    for await (const batch of readBodies(db, data, rows)) {
      for (const { row, body } of batch) {
        // Somebody else may have read it in the meantime.
        if (search.states[row] !== NOT_READ) continue;
        search.states[row] = searchedTexts(body).some((text) => text.includes(search.folded)) ? HOLDS : LACKS;
        search.left -= 1;
      }
      yield;
    }
  }
  // Rows whose texts are gone.
  for (const row of notRead(search.states, () => true)) search.states[row] = LACKS;
  search.left = 0;
}

function notRead(states: Uint8Array, also: (row: number) => boolean): number[] {
  const rows: number[] = [];
  states.forEach((state, row) => {
    if (state === NOT_READ && also(row)) rows.push(row);
  });
  return rows;
}
