// From unknown JSON to a preference pair, or to one sentence that says which field is wrong and why.
// Imports and pasted data pass through here; inside, pairs are trusted.
import { z } from 'zod';
import { remark, type Remark } from '../engine/errors';
import { contentId } from '../engine/random';
import type { PreferencePair } from './pair';
import { splitByPrompt } from './prompt';

export type PairResult =
  | { readonly ok: true; readonly pair: PreferencePair }
  | { readonly ok: false; readonly field: string; readonly problem: Remark };

/** What is filled in where the data says nothing. */
export interface PairDefaults {
  readonly source?: PreferencePair['source'];
  /** Share of prompts that are held out where a pair does not name its split. */
  readonly heldOutShare?: number;
  readonly seed?: number;
}

const pairSchema = z.object({
  id: z.string().min(1).optional(),
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  split: z.enum(['train', 'heldOut']).optional(),
  source: z.enum(['clair', 'off_policy', 'on_policy', 'stronger', 'written', 'imported']).optional(),
  rationale: z.string().optional(),
});

const refuse = (field: string, problem: Remark): PairResult => ({ ok: false, field, problem });

/**
 * Reads one pair of the standard shape: `prompt`, `chosen`, `rejected`, and perhaps `id`, `split`, `source`, `rationale`.
 * Unknown properties are left out. Never throws.
 */
export function validatePair(json: unknown, defaults: PairDefaults = {}): PairResult {
  const result = pairSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    if (issue.path.length === 0) {
      return refuse('pair', remark('The pair is no object with prompt, chosen and rejected; it was left out.'));
    }
    const field = issue.path.join('.');
    const isAbsent = typeof json === 'object' && json !== null && !(field in json);
    return refuse(
      field,
      isAbsent
        ? remark('The pair’s field “{field}” is missing; the pair was left out.', { field })
        : remark('The pair’s field “{field}” is wrong: {reason}. The pair was left out.', { field, reason: issue.message }),
    );
  }
  const { prompt, chosen, rejected, rationale } = result.data;
  for (const field of ['prompt', 'chosen', 'rejected'] as const) {
    if (result.data[field].trim() === '') {
      return refuse(field, remark('The pair’s field “{field}” is empty; the pair was left out.', { field }));
    }
  }
  if (chosen === rejected) {
    return refuse(
      'rejected',
      remark('The pair’s “rejected” is the same as its “chosen”, so there is nothing to prefer; the pair was left out.'),
    );
  }
  const { heldOutShare = 0.1, seed = 0, source = 'imported' } = defaults;
  return {
    ok: true,
    pair: {
      id: result.data.id ?? contentId([prompt, chosen, rejected]),
      prompt,
      chosen,
      rejected,
      split: result.data.split ?? splitByPrompt(prompt, heldOutShare, seed),
      source: result.data.source ?? source,
      ...(rationale !== undefined && { rationale }),
    },
  };
}
