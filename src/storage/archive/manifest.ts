// What lies in an archive and how: the lab's datasets, runs and jobs as files in a gzipped tar file, and a manifest at its end with
// a checksum for each. Read by whoever restores one; parsed once, trusted inside.
import { z } from 'zod';
import { UserError } from '../../engine/errors';
import { sha256 } from '../../engine/sha256';
import type { PreferencePair } from '../../preferences/pair';
import type { Job, JobItem } from '../../reviser/jobs';
import type { StoredReply } from '../../reviser/replies';

export const FORMAT = 'alignment-lab-archive';
/** 2: jobs of a reviser or a judge, with their replies. */
export const VERSION = 2;
export const MANIFEST = 'manifest.json';

const count = z.number().int().min(0);

const entry = z.object({ folder: z.string(), id: z.string().min(1), name: z.string() });

export const manifestSchema = z.object({
  format: z.literal(FORMAT),
  version: z.number().int(),
  /** When it was written, as ISO 8601. */
  created: z.string(),
  datasets: z.array(entry.extend({ pairs: count })),
  runs: z.array(entry),
  /** Version 1 has none. */
  jobs: z.array(entry.extend({ items: count, replies: count })).default([]),
  files: z.array(z.object({ path: z.string(), bytes: count, sha256: z.string() })),
});

export type Manifest = z.output<typeof manifestSchema>;

/** `dataset.json` in a dataset's folder. Its pairs lie in `pairs-….jsonl`, its added columns in `column-….f32`. */
export const datasetSchema = z.object({
  id: z.string().min(1),
  name: z.string(),
  createdAt: z.number(),
  changedAt: z.number(),
  provenance: z.record(z.string(), z.string()),
  pairs: count,
  /** In the order of their files: a single-precision number for each pair, NaN where there is none. */
  columns: z.array(z.object({ column: z.templateLiteral(['added:', z.string()]), label: z.string() })),
});

export type ArchivedDataset = z.output<typeof datasetSchema>;

const turn = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
const object = z.custom<Readonly<Record<string, unknown>>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

/** A line of `pairs-….jsonl`. Laxer than an import: what was stored comes back, finished or not. */
const pairSchema = z.strictObject({
  id: z.string(),
  history: z.array(turn).optional(),
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  split: z.enum(['train', 'heldOut']),
  source: z.enum(['clair', 'off_policy', 'on_policy', 'stronger', 'written', 'imported']),
  rationale: z.string().optional(),
  tags: z.array(z.string()).optional(),
  scores: z.object({ chosen: z.number().optional(), rejected: z.number().optional() }).optional(),
  extra: object.optional(),
});

const sideTokens = z.object({
  starts: z.instanceof(Uint32Array), ids: z.instanceof(Uint32Array), shared: z.instanceof(Uint8Array), reference: z.instanceof(Float32Array),
});

/** `run.json`: the run as it is stored. What is not named here is kept as it is. */
export const runSchema = z.looseObject({
  id: z.string().min(1),
  name: z.string(),
  createdAt: z.number(),
  recipe: z.looseObject({ data: z.looseObject({ dataset: z.string() }) }),
  state: z.enum(['preparing', 'training', 'paused', 'finished', 'stopped', 'failed']),
  step: z.number(),
  elapsedMs: z.number(),
  start: z.looseObject({ heldOutTokens: z.object({ chosen: sideTokens, rejected: sideTokens }).optional() }),
  stops: z.array(z.looseObject({})),
});

/** A line of `rows-….jsonl`. Its numbers may be no numbers, which zod's own type of them refuses. */
const number = z.custom<number>((value) => typeof value === 'number');
const rowSchema = z.object({
  step: z.number(),
  policy: z.number(),
  values: z.record(z.string(), number),
  pairs: z
    .object({
      chosen: z.array(number),
      rejected: z.array(number),
      chosenTokens: z.instanceof(Float32Array).optional(),
      rejectedTokens: z.instanceof(Float32Array).optional(),
    })
    .optional(),
});

/** `checkpoint.json`: all but the tensors, and where they lie: `tensor-….f32`, little-endian, in this order. */
export const checkpointSchema = z.object({
  checkpoint: z.looseObject({ step: z.number() }),
  tensors: z.array(z.object({ name: z.string(), shape: z.array(count) })),
});

/** `job.json`: the job as it is stored; its items lie in `items-….jsonl`, the replies they need in `replies-….jsonl`. */
export const jobSchema = z.looseObject({
  id: z.string().min(1),
  name: z.string(),
  createdAt: z.number(),
  kind: z.enum(['revise', 'judge']),
  dataset: z.string(),
  template: z.looseObject({ id: z.string(), text: z.string(), slots: z.array(z.string()) }),
  settings: z.looseObject({ model: z.string(), temperature: z.number(), maxTokens: z.number() }),
  provider: z.looseObject({ kind: z.string(), baseUrl: z.string() }),
  limits: z.looseObject({ concurrency: z.number() }),
  spent: z.object({ input: z.number(), output: z.number() }),
});

const texts = z.array(z.string());

/** A line of `items-….jsonl`. */
const itemSchema = z.looseObject({
  index: count,
  pair: pairSchema,
  status: z.enum(['waiting', 'done', 'flagged', 'failed']),
  outcome: z.looseObject({ kind: z.enum(['revision', 'judgement']), rationale: z.string(), flags: texts }).optional(),
  failure: z.looseObject({ fault: z.string(), template: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) }).optional(),
  decision: z.looseObject({ kind: z.enum(['accepted', 'edited', 'rejected']), text: z.string().optional() }).optional(),
  replies: texts,
  comments: texts,
});

/** A line of `replies-….jsonl`. */
const replySchema = z.looseObject({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  identity: z.looseObject({ kind: z.string(), origin: z.string() }),
  request: z.looseObject({ model: z.string(), messages: z.array(z.looseObject({ role: z.string(), content: z.string() })) }),
  reply: z.looseObject({ text: z.string(), finish: z.enum(['stop', 'length', 'refused', 'other']), model: z.string() }),
  promptVersion: z.string(),
  time: z.number(),
  tokens: z.looseObject({ input: z.number(), output: z.number() }),
});

export type ArchivedJob = z.output<typeof jobSchema>;
export type ArchivedCheckpoint = z.output<typeof checkpointSchema>;
export type ArchivedRow = z.output<typeof rowSchema>;

export const numbered = (name: string, i: number, ending: string): string => `${name}-${String(i).padStart(5, '0')}.${ending}`;

export function damaged(path: string): UserError {
  return new UserError('The archive is damaged at {path}. Nothing was restored; use another copy of it.', { path });
}

/** @throws UserError if what was read is not what it must be. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw damaged(path);
  return result.data;
}

export const checkedPair = (value: unknown, path: string): PreferencePair => checked(pairSchema, value, path) as PreferencePair;
export const checkedRow = (value: unknown, path: string): ArchivedRow => checked(rowSchema, value, path);

/** An item without its job, which is the one of its folder. */
export const checkedItem = (value: unknown, path: string): Omit<JobItem, 'job'> => checked(itemSchema, value, path) as unknown as Omit<JobItem, 'job'>;
export const checkedReply = (value: unknown, path: string): StoredReply => checked(replySchema, value, path) as unknown as StoredReply;
export const checkedJob = (value: unknown, path: string): Job => checked(jobSchema, value, path) as unknown as Job;

/** A checksum of a file; the browser's own where it gives one. */
export async function checksum(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return sha256(bytes);
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
