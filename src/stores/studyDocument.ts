// Reads a study's document that comes from outside, such as the one that ships: parsed once here, trusted from then on.
import { z } from 'zod';
import { UserError } from '../engine/errors';
import { datasetKinds } from '../lab/making/spec';
import { memberSchema } from '../lab/recipe';
import { answerModes } from '../lab/study/answers';
import { parsePlan } from '../lab/study/plan';
import type { StudyDocument } from '../lab/study/types';

const numbers = z.array(z.number()).max(200_000);
const text = z.string().max(20_000);
const kind = z.enum(datasetKinds);
const seed = z.number().int().min(0).max(0xffffffff);
const round = z.union([z.literal(1), z.literal(2)]);

const facts = z.object({
  kind, seed, round,
  hash: text,
  wordJaccard: numbers,
  tokenJaccard: numbers,
  levenshtein: numbers,
  lengthDifference: numbers,
  winnerGold: numbers,
  loserGold: numbers,
  examples: z.array(z.object({ quantile: z.number(), prompt: text, chosen: text, rejected: text, wordJaccard: z.number() })).max(100),
});

const score = z.object({
  mode: z.enum(answerModes),
  gold: numbers, correct: numbers, clear: numbers, engaging: numbers, harmless: numbers,
  ended: numbers, tokens: numbers, words: numbers, wins: numbers, longer: numbers,
  distinct1: z.number(),
  distinct2: z.number(),
  entropy: z.number().optional(),
  kl: numbers.optional(),
});

const member = z.object({
  member: memberSchema,
  label: text,
  steps: numbers,
  curves: z.record(z.string(), z.array(z.number().nullable())),
  change: z.object({ chosen: numbers, rejected: numbers }),
  stopped: z.object({ policy: z.number(), step: z.number(), reason: text, keptStep: z.number().optional() }).optional(),
  scores: z.array(score),
});

const schema = z.object({
  version: z.literal(1),
  plan: z.unknown(),
  createdAt: z.iso.datetime(),
  lab: text,
  runtime: text,
  adapters: z.array(text),
  elapsedMs: z.number().min(0),
  datasets: z.array(facts).max(1000),
  baselines: z.array(z.object({ round, seed: seed.optional(), modelHash: text, scores: z.array(score) })).max(1000),
  cells: z
    .array(z.object({ kind, seed, round, dataHash: text, modelHash: text, reference: z.record(z.string(), z.number()), members: z.array(member), trainMs: z.number() }))
    .min(1)
    .max(1000),
});

/**
 * Parses untrusted JSON into a document. Fields that the lab does not know are left out.
 * @throws UserError naming the first field that is wrong.
 */
export function parseStudy(json: unknown): StudyDocument {
  const wrong = (field: string, reason: string): UserError =>
    new UserError('The study’s field “{field}” is wrong: {reason} It is not shown; nothing else was changed.', { field, reason });
  const result = schema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw wrong(issue.path.join('.') || 'study', `${issue.message}.`);
  }
  const plan = parsePlan(result.data.plan);
  // What is drawn goes through members and steps by place.
  for (const [c, { members }] of result.data.cells.entries()) {
    if (members.length !== plan.members.length) throw wrong(`cells.${c}.members`, 'the plan has another number of them.');
    for (const { steps, curves } of members) {
      const short = Object.entries(curves).find(([, curve]) => curve.length !== steps.length);
      if (short) throw wrong(`cells.${c}.members.curves.${short[0]}`, 'it has another number of points than there are steps.');
    }
  }
  return { ...result.data, plan } as StudyDocument;
}
