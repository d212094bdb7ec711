// Answers to a prompt from the reference and from each policy, growing as they are sampled, and what the town says of them.
import { UserError } from '../engine/errors';
import { encodePrompt, END } from '../engine/tokenizer/chat';
import type { Cohort, SampledSequence } from '../engine/training/types';
import { recognisePrompt, scoreAnswer } from '../world';
import type { LabEvent, SampledAnswer, SampleSettings } from './protocol';
import type { Reference } from './reference';

export interface SampleJob {
  readonly requestId: string;
  readonly settings: SampleSettings;
  readonly reference: Reference;
  /** The policies that answer beside the reference. */
  readonly policies?: { readonly runId: string; readonly cohort: Cohort };
  readonly cancelled: () => boolean;
  readonly emit: (event: LabEvent) => void;
  readonly between: () => Promise<void>;
  readonly now: () => number;
}

/** Growing answers are sent this often. */
const SEND_MS = 200;
const REFERENCE = -1;

/**
 * Samples one answer each. Ends early, with what there is, when it is cancelled.
 * @throws UserError if the prompt leaves no room for an answer.
 */
export async function sampleAnswers(job: SampleJob): Promise<void> {
  const { settings, reference, policies, cancelled, emit, between, now } = job;
  const { tokenizer, weights } = reference.model;
  const context = weights.config.max_position_embeddings;
  const prompt = encodePrompt(tokenizer, settings.prompt);
  if (prompt.length >= context) {
    throw new UserError('The prompt has {tokens} tokens, and the model reads {context} with the answer. Shorten it and ask again.', {
      tokens: prompt.length,
      context,
    });
  }
  const known = recognisePrompt(settings.prompt);
  const answers = new Map<number, SampledAnswer>();
  let sentAt = -Infinity;
  const send = (done: boolean): void => {
    sentAt = now();
    const list = [...answers.values()].sort((a, b) => a.policy - b.policy);
    emit({ type: 'samples', requestId: job.requestId, ...(policies && { runId: policies.runId }), answers: list, done });
  };
  const take = (policy: number, { ids, ended, logProb }: SampledSequence, complete: boolean): void => {
    // A model's vocabulary may be padded beyond its tokenizer's; such a token has no text.
    const whole = tokenizer.decode(ids.filter((id) => id < tokenizer.vocabSize));
    // While an answer grows, its last character may still lack bytes.
    const text = complete ? whole : whole.replace(/\ufffd+$/, '');
    answers.set(policy, {
      policy,
      text,
      tokens: ids.length,
      ended,
      logProb,
      ...(complete && known && { gold: scoreAnswer(known, text, { ended }) }),
    });
  };

  const options = {
    temperature: settings.temperature,
    topK: settings.topK,
    topP: settings.topP,
    greedy: settings.greedy,
    maxTokens: Math.min(settings.maxTokens, context - prompt.length),
    seed: settings.seed,
    endToken: tokenizer.idOf(END),
  };
  const ask = async (cohort: Cohort, nameOf: (k: number) => number): Promise<void> => {
    const found = await cohort.sample([prompt], options, async (soFar) => {
      if (now() - sentAt >= SEND_MS) {
        soFar.forEach((list, k) => take(nameOf(k), list[0]!, false));
        send(false);
      }
      await between();
      return !cancelled();
    });
    found.forEach((list, k) => take(nameOf(k), list[0]!, true));
  };
  await ask(reference.cohort, () => REFERENCE);
  if (policies && !cancelled()) await ask(policies.cohort, (k) => k);
  send(true);
}
