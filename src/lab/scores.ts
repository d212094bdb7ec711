// What the reference and the policies on the device think of pairs that somebody is looking at: log-probabilities of both
// sides, in total and per token. Changes nothing.
import { encodeSequence } from '../engine/tokenizer/chat';
import { tokenTexts } from '../engine/tokenizer/tokenTexts';
import type { Tokenizer } from '../engine/tokenizer/tokenizer';
import type { Cohort, EncodedPair, EncodedSequence, SequenceLogProbs } from '../engine/training/types';
import { inBatches, scorePairs } from './evaluation';
import type { LabEvent, PairScores, Request, SideScore } from './protocol';
import type { Reference } from './reference';

export interface ScoreJob {
  readonly request: Extract<Request, { type: 'score' }>;
  readonly reference: Reference;
  /** The policies that are asked beside the reference. */
  readonly policies?: { readonly runId: string; readonly cohort: Cohort };
  readonly cancelled: () => boolean;
  readonly emit: (event: LabEvent) => void;
  readonly between: () => Promise<void>;
}

/** Pairs between two words of how far it has come. */
const PART = 64;

const REFERENCE = -1;

/** Scores all pairs, or ends with `cancelled` when it was. A pair that is longer than the context has no scores. */
export async function scoreForPage(job: ScoreJob): Promise<void> {
  const { request, reference, policies, cancelled, emit, between } = job;
  const { requestId, pairs, perToken } = request;
  const { tokenizer, weights } = reference.model;
  const context = weights.config.max_position_embeddings;
  const encoded = pairs.map(({ prompt, chosen, rejected }): EncodedPair | null => {
    // Each blank-separated word is a token or more; what is far too long is not tokenised.
    if ([chosen, rejected].some((text) => text.length > context * 64)) return null;
    const pair = { chosen: encodeSequence(tokenizer, prompt, chosen), rejected: encodeSequence(tokenizer, prompt, rejected) };
    return Math.max(pair.chosen.ids.length, pair.rejected.ids.length) > context ? null : pair;
  });
  const known = encoded.flatMap((pair, i) => (pair ? [{ pair, i }] : []));

  const askers = [
    { cohort: reference.cohort, first: REFERENCE },
    ...(policies ? [{ cohort: policies.cohort, first: 0 }] : []),
  ];
  const scores = askers.flatMap(({ cohort, first }) =>
    Array.from({ length: cohort.size }, (_, k): PairScores => ({ policy: first + k, pairs: pairs.map(() => null) })),
  );
  const parts = inBatches(known, PART);
  const step = policies?.cohort.step;
  for (const [done, part] of parts.entries()) {
    let at = 0;
    for (const { cohort } of askers) {
      const found = await scorePairs(cohort, part.map(({ pair }) => pair), undefined, between);
      for (const { chosen, rejected } of found) {
        const into = scores[at++]!.pairs as PairScores['pairs'][number][];
        part.forEach(({ pair, i }, place) => {
          into[i] = {
            chosen: sideOf(chosen[place]!, pair.chosen, tokenizer, perToken),
            rejected: sideOf(rejected[place]!, pair.rejected, tokenizer, perToken),
          };
        });
      }
      if (cancelled()) {
        emit({ type: 'cancelled', requestId });
        return;
      }
    }
    emit({ type: 'progress', requestId, share: (done + 1) / parts.length });
  }
  emit({ type: 'scored', requestId, ...(policies && { runId: policies.runId, step: step! }), scores });
}

function sideOf({ sum, perToken }: SequenceLogProbs, sequence: EncodedSequence, tokenizer: Tokenizer, withTokens: boolean): SideScore {
  const ids = sequence.ids.slice(sequence.completionStart);
  if (!withTokens) return { sum, tokens: ids.length };
  return { sum, tokens: ids.length, perToken: Array.from(perToken), texts: tokenTexts(tokenizer, ids) };
}
