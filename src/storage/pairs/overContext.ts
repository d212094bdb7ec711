// Which pairs are longer than the model's context, as their import has counted: kept as a column, shown as a flag. The data
// worker has no model, so what is written or edited afterwards is not counted and never flagged.
import { loadTokenizer } from '../../engine/tokenizer/tokenizer';
import { sequencesFit } from '../../engine/tokenizer/chat';
import type { ModelContext } from '../../preferences/import';
import { addColumn, BLOCK_ROWS, type Columns } from './columns';
import { OVER_CONTEXT } from './filter';
import type { ModelReading } from './protocol';
import type { AddedBlock, DatasetRecord } from './records';

/** @throws UserError if the tokenizer cannot be read. */
export function modelContext({ tokens, tokenizer: document }: ModelReading): ModelContext {
  const tokenizer = loadTokenizer(document);
  return { tokens, fits: ({ prompt, chosen, rejected }) => sequencesFit(tokenizer, prompt, [chosen, rejected], tokens) };
}

export function markOverContext(columns: Columns, row: number, over: boolean): void {
  addColumn(columns, OVER_CONTEXT)[row] = over ? 1 : 0;
}

/** 1 for each row that is longer; undefined where nothing was ever counted. */
export function overContext({ count, added }: Columns): Uint8Array | undefined {
  const values = added.get(OVER_CONTEXT);
  return values && Uint8Array.from(values.subarray(0, count), (value) => (value === 1 ? 1 : 0));
}

/** The column as a dataset's head names it; none where nothing was counted. */
export function overContextHead({ added }: Columns): DatasetRecord['added'] {
  return added.has(OVER_CONTEXT) ? [{ column: OVER_CONTEXT, label: 'Longer than the model’s context' }] : [];
}

/** The column as it is stored with a new dataset. */
export function overContextBlocks(dataset: string, { count, added }: Columns): AddedBlock[] {
  const values = added.get(OVER_CONTEXT);
  if (values === undefined) return [];
  return Array.from({ length: Math.ceil(count / BLOCK_ROWS) }, (_, block) => ({
    dataset, column: OVER_CONTEXT, block, values: values.slice(block * BLOCK_ROWS, Math.min(count, (block + 1) * BLOCK_ROWS)),
  }));
}
