// Pairs in the editor that could not be stored when they were left: an empty side, two that are the same. They are kept by
// themselves, so that they are there again when the editor is.
import { z } from 'zod';
import type { Row } from '../storage/pairs/protocol';
import type { PairFields } from './pairDraft';
import { services } from './services';

const KEY = 'unfinished-pairs';
/** The latest so many; whoever leaves more of them behind does not want them back. */
const MOST = 50;

const unfinishedSchema = z.array(
  z.object({
    dataset: z.string(),
    row: z.union([z.literal('new'), z.int().nonnegative()]),
    fields: z.object({
      history: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
      prompt: z.string(),
      chosen: z.string(),
      rejected: z.string(),
      rationale: z.string(),
      tags: z.array(z.string()),
      split: z.enum(['train', 'heldOut']),
      source: z.enum(['clair', 'off_policy', 'on_policy', 'stronger', 'written', 'imported']),
    }),
  }),
);

type Unfinished = z.output<typeof unfinishedSchema>;

async function all(): Promise<Unfinished> {
  const read = unfinishedSchema.safeParse(await services().shelf.loadSetting(KEY));
  return read.success ? read.data : [];
}

/** What was typed into a pair the last time and could not be stored. */
export async function unfinishedOf(dataset: string, row: Row | 'new'): Promise<PairFields | undefined> {
  return (await all()).find((one) => one.dataset === dataset && one.row === row)?.fields;
}

/** Keeps what was typed, or forgets it where there is nothing more to keep. */
export async function keepUnfinished(dataset: string, row: Row | 'new', fields: PairFields | undefined): Promise<void> {
  const before = await all();
  const others = before.filter((one) => one.dataset !== dataset || one.row !== row);
  if (fields === undefined && others.length === before.length) return;
  const kept = fields === undefined ? others : [...others, { dataset, row, fields }];
  await services().shelf.saveSetting(KEY, kept.slice(-MOST));
}
