// Work that is neither training nor an examination, answered while no run is under way: making a dataset, answering the
// benchmark, making a model of a policy, and what an adviser asks. Used by the runner.
import { UserError } from '../engine/errors';
import { checkWeights } from '../engine/model/configJson';
import { isAdopted } from './assets';
import type { Holdings } from './holdings';
import type { LabEvent, Request } from './protocol';
import { sha256 } from './sha256';
import { answerBenchmark } from './study/answers';
import { collectEvidence } from './study/evidence';

export type QuietRequest = Extract<Request, { type: 'make' | 'answer' | 'adopt' | 'evidence' }>;

export interface QuietJob {
  readonly request: QuietRequest;
  readonly holdings: Holdings;
  readonly emit: (event: LabEvent) => void;
  /** Awaited between pieces of work, so that requests are heard. */
  readonly between: () => Promise<void>;
  readonly cancelled: () => boolean;
}

/**
 * Answers what needs no device, such as the pairs that the run under way was made of.
 * @throws UserError for a request that needs it.
 */
export function serveFromMemory({ request, holdings: { model, make }, emit }: Pick<QuietJob, 'request' | 'holdings' | 'emit'>): void {
  const isMake = request.type === 'make' && model !== undefined && (request.model ?? model.id) === model.id;
  const pairs = isMake ? make.known(request.spec, model.hash) : undefined;
  if (!isMake || !pairs) throw new UserError('A run is being trained, and this needs the device alone. Nothing was changed; ask again when the run has ended.');
  emit({ type: 'made', requestId: request.requestId, modelHash: model.hash, pairs });
}

/** Serves a request; ends it with `cancelled` when it was. @throws UserError for one that asks for what is not there. */
export async function serveQuietly(job: QuietJob): Promise<void> {
  const { request, holdings, emit, between, cancelled } = job;
  const { requestId } = request;
  const onProgress = async (share: number): Promise<boolean> => {
    emit({ type: 'progress', requestId, share });
    await between();
    return !cancelled();
  };
  switch (request.type) {
    case 'make': {
      // Answers that are asked for later are those of the model that was in use before.
      const { cohort, model } = await holdings.reference(request.model, true);
      const pairs = await holdings.make(request.spec, model.hash, { cohort, tokenizer: model.tokenizer, onProgress });
      emit(pairs ? { type: 'made', requestId, modelHash: model.hash, pairs } : { type: 'cancelled', requestId });
      break;
    }
    case 'answer': {
      const reference = await holdings.reference();
      const { resting } = holdings;
      const answers = await answerBenchmark({ spec: request.spec, reference, ...(resting && { policies: resting.cohort }), onProgress });
      emit(answers ? { type: 'answered', requestId, ...(resting && { runId: resting.runId }), answers } : { type: 'cancelled', requestId });
      break;
    }
    case 'evidence': {
      const reference = await holdings.reference(request.model, true);
      const evidence = await collectEvidence({ pairs: request.pairs, seed: request.seed, reference, onProgress });
      emit(evidence ? { type: 'evidence', requestId, modelHash: reference.model.hash, evidence } : { type: 'cancelled', requestId });
      break;
    }
    case 'adopt':
      await adopt(request, holdings, emit);
      break;
  }
}

async function adopt({ requestId, model, from }: Extract<Request, { type: 'adopt' }>, holdings: Holdings, emit: (event: LabEvent) => void): Promise<void> {
  if (!isAdopted(model)) throw new RangeError(`“${model}” is no name for a model of one's own`);
  const { tokenizer, weights: before } = (await holdings.reference()).model;
  let weights = 'config' in from ? from : undefined;
  if ('runId' in from) {
    const { resting } = holdings;
    if (resting?.runId !== from.runId || from.policy >= resting.cohort.size) {
      throw new UserError('The run whose policy is wanted is not on the device any more. Nothing was changed; open the run and ask again.');
    }
    weights = await resting.cohort.weights(from.policy);
  }
  const checked = checkWeights(before.config, weights!.tensors);
  // In the order of the model's parameters, however the tensors came.
  const hash = sha256(Object.keys(before.tensors).map((name) => `${name} ${sha256(bytesOf(checked.tensors[name]!.data))}`).join('\n'));
  holdings.adopt({ id: model, weights: checked, tokenizer, hash });
  emit({ type: 'adopted', requestId, model, modelHash: hash, weights: checked });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
