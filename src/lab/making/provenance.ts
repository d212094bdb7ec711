// What is written down of a dataset that the lab has made and a person keeps: everything it takes to make it again. Stored
// as the dataset's provenance, under keys of its own.
import { z } from 'zod';
import { LAB_VERSION } from '../version';
import { datasetKinds, judgeSchema } from './spec';

/** A policy whose answers were used, by the run that trained it. */
const policySchema = z.object({
  /** The run's id in the browser where it was made, and its name then. */
  run: z.string(),
  name: z.string(),
  /** Place on the run's policy axis, and what the legend called it. */
  policy: z.number().int().min(0),
  label: z.string(),
  step: z.number().int().min(0),
});

const count = z.number().int().min(0);

const madeSchema = z.object({
  kind: z.enum(datasetKinds),
  seed: z.number().int().min(0).max(0xffffffff),
  /** What was asked for; the town may have had fewer prompts. */
  asked: z.object({ train: count, heldOut: count }),
  /** A shipped model's id, or a policy. */
  model: z.union([z.string(), policySchema]),
  /** SHA-256 (hex) of the model. */
  modelHash: z.string(),
  /** Faults of the judge, where the kind has one. */
  judge: judgeSchema.optional(),
  /** The lab's version. */
  lab: z.string(),
  /** ISO 8601. */
  made: z.iso.datetime(),
});

export type Made = z.output<typeof madeSchema>;
export type MadeOf = z.output<typeof policySchema>;

/** As a dataset's provenance, which holds nothing but texts. */
export function madeProvenance(made: Omit<Made, 'lab' | 'made'>, now: number): Record<string, string> {
  const all: Made = { ...made, lab: LAB_VERSION, made: new Date(now).toISOString() };
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]));
}

/** What a provenance says of how the lab made the dataset; undefined for any other, which includes one that was tampered with. */
export function readMade(provenance: Readonly<Record<string, string>>): Made | undefined {
  const keys = Object.keys(madeSchema.shape) as (keyof Made)[];
  const read = keys.filter((key) => provenance[key] !== undefined).map((key) => [key, plain(provenance[key]!)] as const);
  const result = madeSchema.safeParse(Object.fromEntries(read));
  return result.success ? result.data : undefined;
}

/** Objects and numbers were written as JSON; a hash, a version and a date look like neither. */
function plain(text: string): unknown {
  if (!/^(\{.*\}|\d{1,10})$/s.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
