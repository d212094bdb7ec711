// Which column of a row is what: the mapping that recognition proposes, a person overrides, a dataset's provenance keeps
// and `lab import --mapping` reads. Plain data.
import { z } from 'zod';
import { UserError } from '../../engine/errors';

/**
 * A column by name. Where no column has that very name, dots lead inwards (`message.content`, `completions.0.text`).
 */
const column = z.string().min(1).max(400);

const common = {
  /** Becomes a system turn before the prompt. */
  system: column.optional(),
  /** Earlier turns: a message list, or a transcript. */
  history: column.optional(),
  /** Text that belongs under the prompt, e.g. the `input` of an `instruction`. */
  input: column.optional(),
  rationale: column.optional(),
  /** Each holds a list of tags, or text with commas or semicolons between them. */
  tags: z.array(column).max(20).optional(),
  /** Says `train` or one of `test`, `validation`, `heldOut`; overrules the split by prompt for that row. */
  split: column.optional(),
  /** A column that marks rows to leave out, and the values (as text, in lower case) that do. */
  skip: z.object({ column, values: z.array(z.string()).min(1).max(20) }).optional(),
  /** Columns that repeat others and are not kept as `extra`. */
  ignore: z.array(column).max(200).optional(),
};

/** Two finished sides in a row. */
const paired = z.strictObject({
  kind: z.literal('paired'),
  /** Absent: the prompt is what both sides begin with. */
  prompt: column.optional(),
  chosen: column,
  rejected: column,
  /**
   * How the sides are written: as text, as message lists `[{role, content}]`, or as transcripts with
   * `Human:` and `Assistant:` paragraphs. A cell that is a message list is read as one in any case.
   */
  layout: z.enum(['text', 'messages', 'transcript']).default('text'),
  scoreChosen: column.optional(),
  scoreRejected: column.optional(),
  ...common,
});

/** Two sides and a column that says which of them is preferred. */
const compared = z.strictObject({
  kind: z.literal('compared'),
  /** Absent: the prompt is what both sides begin with. */
  prompt: column.optional(),
  first: column,
  second: column,
  label: column,
  /** Values of the label, as text in lower case, for which the first side is preferred; `secondWins` likewise. Others are ties. */
  firstWins: z.array(z.string()).min(1).max(20),
  secondWins: z.array(z.string()).min(1).max(20),
  /** How the sides are written, as for finished sides. */
  layout: z.enum(['text', 'messages', 'transcript']).default('text'),
  scoreFirst: column.optional(),
  scoreSecond: column.optional(),
  ...common,
});

/** One completion and whether it is good; rows of one prompt pair up. */
const unpaired = z.strictObject({
  kind: z.literal('unpaired'),
  prompt: column,
  completion: column,
  label: column,
  ...common,
});

/** A completion in steps, each labelled; it is good if every step is, and rows of one prompt pair up. */
const stepwise = z.strictObject({
  kind: z.literal('stepwise'),
  prompt: column,
  completions: column,
  labels: column,
  /** Stands between the steps. */
  separator: z.string().max(20).default('\n'),
  ...common,
});

/** Several completions with scores; the best against the worst makes the pair. */
const rated = z.strictObject({
  kind: z.literal('rated'),
  prompt: column,
  completions: column,
  /** Inside one of the completions; absent where the completions are text themselves. */
  response: column.optional(),
  /** Inside one of the completions, or, where `scores` is given, not needed. */
  score: column.optional(),
  /** A list of scores beside the list of completions. */
  scores: column.optional(),
  /** True where the lowest score is the best, as with ranks. */
  lowestIsBest: z.boolean().default(false),
  ...common,
});

/** The lab's own lines, which keep everything of a pair. */
const lab = z.strictObject({ kind: z.literal('lab') });

export const mappingSchema = z.discriminatedUnion('kind', [paired, compared, unpaired, stepwise, rated, lab]);

export type Mapping = z.infer<typeof mappingSchema>;
export type MappingKind = Mapping['kind'];
/** A mapping of one kind. */
export type MappingOf<K extends MappingKind> = Extract<Mapping, { kind: K }>;

/**
 * Reads a mapping from JSON that came from outside.
 * @throws UserError naming the field that is wrong.
 */
export function parseMapping(json: unknown): Mapping {
  const result = mappingSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new UserError('The mapping’s field “{field}” is wrong: {reason}. Nothing was imported.', {
    field: issue.path.join('.') || 'mapping',
    reason: issue.message,
  });
}
