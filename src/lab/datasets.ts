// From preference pairs to what a run trains and is judged on: chosen by the recipe, split by prompt, encoded, hashed.
import { z } from 'zod';
import { remark, remarkText, UserError, type Remark } from '../engine/errors';
import { encodeSequence } from '../engine/tokenizer/chat';
import type { Tokenizer } from '../engine/tokenizer/tokenizer';
import type { EncodedPair } from '../engine/training/types';
import { fitToContext } from '../preferences/fitToContext';
import type { PreferencePair } from '../preferences/pair';
import { normalisePrompt } from '../preferences/prompt';
import { validatePair } from '../preferences/validate';
import { datasetFile, loadJson, shippedDatasets, type AssetLoader, type ShippedDataset } from './assets';
import type { Recipe } from './recipe';
import { sha256 } from './sha256';

const shippedSchema = z.object({
  version: z.literal(1),
  /** What the losers were sampled from: the hash of the checkpoint's file. */
  checkpoint: z.string().optional(),
  pairs: z.array(z.unknown()).min(1),
});

export function isShippedDataset(name: string): name is ShippedDataset {
  return (shippedDatasets as readonly string[]).includes(name);
}

/**
 * The pairs of a dataset that ships.
 * @throws UserError naming the field that is wrong.
 */
export async function loadShippedPairs(load: AssetLoader, dataset: ShippedDataset): Promise<PreferencePair[]> {
  const path = datasetFile(dataset);
  const wrong = (field: string, reason: string): UserError =>
    new UserError('The field “{field}” of {path} is wrong: {reason} Nothing was changed.', { field, path, reason });
  const result = shippedSchema.safeParse(await loadJson(load, path));
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw wrong(issue.path.join('.') || 'dataset', `${issue.message}.`);
  }
  return result.data.pairs.map((json, index) => {
    const read = validatePair(json, { source: dataset });
    if (!read.ok) throw wrong(`pairs.${index}.${read.field}`, remarkText(read.problem));
    return read.pair;
  });
}

/** A pair with its tokens. */
export interface PreparedPair extends EncodedPair {
  readonly pair: PreferencePair;
}

export interface PreparedData {
  readonly train: readonly PreparedPair[];
  readonly heldOut: readonly PreparedPair[];
  /** SHA-256 (hex) over the pairs that are used, in order, training pairs first. */
  readonly hash: string;
  /** What was left out and why. */
  readonly warnings: readonly Remark[];
}

/**
 * A pair as the model reads it: the prompt without earlier turns, cut where the recipe says so.
 * @returns null if it does not fit into the context.
 */
export function fitPair(
  pair: PreferencePair,
  tokenizer: Tokenizer,
  context: number,
  overlong: Recipe['data']['overlong'],
): (PreparedPair & { readonly cut: boolean }) | null {
  const encode = ({ prompt, chosen, rejected }: PreferencePair): EncodedPair => ({
    chosen: encodeSequence(tokenizer, prompt, chosen),
    rejected: encodeSequence(tokenizer, prompt, rejected),
  });
  const encoded = encode(pair);
  if (Math.max(encoded.chosen.ids.length, encoded.rejected.ids.length) <= context) return { pair, ...encoded, cut: false };
  if (overlong === undefined) return null;
  const { history: _, ...single } = pair;
  const fitted = fitToContext(single, tokenizer, context, overlong);
  return fitted && { pair: fitted.pair, ...encode(fitted.pair), cut: true };
}

/**
 * Takes the first so many pairs of each side that the recipe asks for, in the dataset's order. Pairs that do not fit into
 * the model's context are left out or cut, and training pairs whose prompt is also held out are left out: the split goes
 * by prompt.
 * @throws UserError if one side is left without a pair.
 */
export function prepareData(
  pairs: readonly PreferencePair[],
  wanted: Recipe['data'],
  tokenizer: Tokenizer,
  context: number,
): PreparedData {
  const warnings: Remark[] = [];
  const heldOutPrompts = new Set(pairs.filter((pair) => pair.split === 'heldOut').map((pair) => normalisePrompt(pair.prompt)));
  let tooLong = 0;
  let cut = 0;
  let shared = 0;
  let turns = 0;

  const take = (split: PreferencePair['split'], count: number): PreparedPair[] => {
    const out: PreparedPair[] = [];
    for (const pair of pairs) {
      if (out.length === count) break;
      if (pair.split !== split) continue;
      if (split === 'train' && heldOutPrompts.has(normalisePrompt(pair.prompt))) {
        shared += 1;
        continue;
      }
      const fitted = fitPair(pair, tokenizer, context, wanted.overlong);
      if (fitted === null) tooLong += 1;
      else {
        const { cut: wasCut, ...prepared } = fitted;
        if (wasCut) cut += 1;
        if ((pair.history?.length ?? 0) > 0) turns += 1;
        out.push(prepared);
      }
    }
    return out;
  };
  const train = take('train', wanted.trainPairs);
  const heldOut = take('heldOut', wanted.heldOutPairs);

  if (train.length === 0) throw new UserError('The dataset has no training pairs that this model can read. Nothing was changed; choose another dataset.');
  if (heldOut.length === 0) throw new UserError('The dataset has no held-out pairs that this model can read, so nothing could be judged. Nothing was changed; choose another dataset.');
  if (tooLong > 0) warnings.push(remark('{count} pairs were left out: they are longer than the model’s {context} tokens.', { count: tooLong, context }));
  if (cut > 0) {
    warnings.push(
      wanted.overlong === 'keepStart'
        ? remark('{count} prompts were cut at their end, so that the pairs fit into the model’s {context} tokens.', { count: cut, context })
        : remark('{count} prompts were cut at their beginning, so that the pairs fit into the model’s {context} tokens.', { count: cut, context }),
    );
  }
  if (turns > 0) warnings.push(remark('{count} pairs have a system message or earlier turns; this model reads one question and one answer, so it was given the last turn alone.', { count: turns }));
  if (shared > 0) warnings.push(remark('{count} training pairs were left out: their prompts are held out too.', { count: shared }));
  if (train.length < wanted.trainPairs) {
    warnings.push(remark('The dataset has {found} training pairs, and the recipe asks for {wanted}.', { found: train.length, wanted: wanted.trainPairs }));
  }
  if (heldOut.length < wanted.heldOutPairs) {
    warnings.push(remark('The dataset has {found} held-out pairs, and the recipe asks for {wanted}.', { found: heldOut.length, wanted: wanted.heldOutPairs }));
  }
  return { train, heldOut, hash: hashPairs([...train, ...heldOut].map(({ pair }) => pair)), warnings };
}

/** SHA-256 (hex) over what the numbers of a run depend on: each pair's texts and side, in order. */
export function hashPairs(pairs: readonly PreferencePair[]): string {
  return sha256(JSON.stringify(pairs.map(({ prompt, chosen, rejected, split }) => [prompt, chosen, rejected, split])));
}
