// One run: a cohort, its data and how far it has come. The runner decides when it may take a step; this file knows what a
// step is, when held-out pairs are looked at, and what is worth keeping.
import { UserError } from '../engine/errors';
import type { DeviceReport } from '../engine/device';
import { END } from '../engine/tokenizer/chat';
import type { Cohort, CohortOptions, ScoredPair } from '../engine/training/types';
import { answerFigures, answerPrompts } from './answers';
import { batchOrder } from './batches';
import type { PreparedData } from './datasets';
import { alignPair, heldOutFigures, pairSums, referenceFigures, scorePairs, type PairLogProbs } from './evaluation';
import { createGoodStates, setBack } from './goodStates';
import { heldOutTokens, tokensKept } from './heldOutTokens';
import type { LabEvent, MetricsRow, PolicyStop, RunCheckpoint, RunOrigin, RunStart } from './protocol';
import { compileMember, policiesOf, type Recipe } from './recipe';
import type { Reference, ReferenceScores } from './reference';

export interface RunOptions {
  readonly id: string;
  readonly recipe: Recipe;
  readonly data: PreparedData;
  readonly reference: Reference;
  readonly device: DeviceReport;
  readonly resume?: RunCheckpoint;
  /** The reference's figures that the run began with; worked out where they are not given. */
  readonly scores?: ReferenceScores;
  /** What the same run held on a device that was lost. */
  readonly goodStates?: readonly RunCheckpoint[];
  readonly origin?: RunOrigin;
  readonly createCohort: (options: CohortOptions) => Cohort;
  readonly emit: (event: LabEvent) => void;
  /** Awaited between pieces of work, so that requests are heard. */
  readonly between: () => Promise<void>;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

export interface TrainingRun {
  readonly id: string;
  readonly recipe: Recipe;
  readonly cohort: Cohort;
  readonly scores: ReferenceScores;
  /** States that a policy which breaks may be set back to. */
  readonly goodStates: readonly RunCheckpoint[];
  /** Steps taken. */
  readonly step: number;
  /** True when no step is left, or no policy. */
  readonly done: boolean;
  /** True when every policy was stopped. */
  readonly allStopped: boolean;
  /** One training step; where it is due, held-out figures and a checkpoint. */
  advance(): Promise<void>;
  /** Reads what the last steps did and sends it. */
  catchUp(): Promise<void>;
  /** Sends the rows that were read already; asks nothing of the device. */
  flush(): void;
  /** Sends a checkpoint, unless this step's has been sent. */
  checkpoint(): Promise<void>;
  dispose(): void;
}

/** Rows are sent together at most this often, unless held-out figures are among them. */
const FLUSH_MS = 100;
/** Where reading makes the host wait for the device, it is done at evaluations, and between them at most this often. */
const READ_BACK_MS = 1_000;
/** Reading back all weights and moments takes time, so it is done after a step, and not more often than this. */
const CHECKPOINT_MS = 5_000;

/** Pairs times policies whose figures each evaluation keeps: beyond it a run's rows would outgrow its checkpoint. */
const MOST_PAIR_SUMS = 16_384;

/** A cohort as the recipe describes it, with a checkpoint's weights where one is given. */
export function createRunCohort(
  recipe: Recipe,
  reference: Reference,
  createCohort: (options: CohortOptions) => Cohort,
  checkpoint?: RunCheckpoint,
): Cohort {
  const policies = policiesOf(recipe).map(({ member }) => ({ ...compileMember(member), learningRate: member.learningRate }));
  const { batchSize: _, ...schedule } = recipe.schedule;
  const cohort = createCohort({ weights: reference.model.weights, policies, schedule });
  if (checkpoint) {
    try {
      checkCheckpoint(checkpoint, cohort.size, reference);
      cohort.restore(checkpoint);
      for (const { policy, reason, step } of checkpoint.stopped) cohort.stop(policy, reason, step);
    } catch (error) {
      cohort.dispose();
      throw error;
    }
  }
  return cohort;
}

/** Stored work may come from another version, or from a recipe that was edited by hand. */
function checkCheckpoint(checkpoint: RunCheckpoint, size: number, reference: Reference): void {
  for (const [name, { shape }] of Object.entries(reference.model.weights.tensors)) {
    for (const key of [name, `adam_m/${name}`, `adam_v/${name}`]) {
      const found = checkpoint.tensors[key];
      const wanted = [size, ...shape];
      if (!found || found.shape.length !== wanted.length || found.shape.some((length, i) => length !== wanted[i])) {
        throw new UserError(
          'The run’s checkpoint does not fit its recipe: “{name}” should have the shape [{wanted}]. Its metrics are kept; train the recipe anew.',
          { name: key, wanted: wanted.join(', ') },
        );
      }
    }
  }
}

/** Scores the reference, sends `started` and the first held-out figures, and is then ready to advance. */
export async function createRun(options: RunOptions): Promise<TrainingRun> {
  const { id, recipe, data, reference, resume, origin, emit, now, between } = options;
  const { steps, batchSize } = recipe.schedule;
  const policies = policiesOf(recipe);
  const members = policies.map(({ member }) => compileMember(member));
  const mismatchedIn = members.some(({ objective }) => objective.needsMismatched) ? batchSize : undefined;

  let workedMs = resume?.elapsedMs ?? 0;
  let began: number | undefined;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    began = now();
    try {
      return await work();
    } finally {
      workedMs = worked();
      began = undefined;
    }
  };
  /** Rows leave in the middle of a piece of work, which counts as far as it has come. */
  const worked = (): number => workedMs + (began === undefined ? 0 : now() - began);

  const scores = options.scores ?? (await reference.score(data, { mismatchedIn, samples: recipe.evaluation.samples }, between));
  const heldOut = data.heldOut.map(alignPair);
  const train = data.train.map(
    ({ chosen, rejected }, i): ScoredPair => ({
      chosen,
      rejected,
      referenceChosen: scores.trainChosen[i]!,
      referenceRejected: scores.trainRejected[i]!,
    }),
  );
  const orders = new Map(recipe.seeds.map((seed) => [seed, batchOrder(seed, train.length, batchSize)]));

  const cohort = createRunCohort(recipe, reference, options.createCohort, resume);
  const stops: PolicyStop[] = [...(resume?.stopped ?? [])];
  const tokensBefore = policies.map((_, k) => resume?.numTokens[k] ?? 0);
  const numTokens = [...tokensBefore];
  let rows: MetricsRow[] = [];
  let flushedAt = now();
  let keptStep = resume?.step ?? -1;
  let keptAt = now();
  const goodStates = createGoodStates(options.goodStates);
  if (resume) goodStates.took(resume);

  const keepsPairs = policies.length * heldOut.length <= MOST_PAIR_SUMS;
  const keepsTokens = keepsPairs ? tokensKept(recipe, heldOut) : undefined;
  const prompts = answerPrompts(heldOut, recipe.evaluation.samples);

  const flush = (): void => {
    if (rows.length === 0) return;
    emit({ type: 'rows', runId: id, rows, elapsedMs: Math.round(worked()) });
    rows = [];
    flushedAt = now();
  };

  /**
   * Reports policies that the cohort has stopped since the last look, and sets them back to their last good parameters.
   * @param badOf gives the step of the parameters at which a policy broke.
   */
  const noticeStops = async (badOf: (stop: PolicyStop) => number): Promise<void> => {
    const from = new Map<number, RunCheckpoint | undefined>();
    for (const [policy, { step, reason }] of cohort.stopped) {
      if (stops.some((stop) => stop.policy === policy)) continue;
      const stop: PolicyStop = { policy, step, reason };
      const bad = badOf(stop);
      // Where the reference itself breaks, there is nothing to go back to.
      if (bad > 0) from.set(policy, goodStates.before(bad));
      const kept = bad > 0 ? { keptStep: from.get(policy)?.step ?? 0 } : {};
      stops.push({ ...stop, ...kept });
      emit({ type: 'policyStopped', runId: id, stop: stops.at(-1)! });
    }
    if (from.size === 0) return;
    for (const [policy, source] of from) numTokens[policy] = source?.numTokens[policy] ?? 0;
    cohort.restore(setBack(await cohort.save(), cohort.size, reference.model.weights, from));
    for (const { policy, reason, step } of stops) cohort.stop(policy, reason, step);
    // What was kept of these policies before is not what they are now.
    keptStep = -1;
    keptAt = -Infinity;
  };

  /** Tells what policies have come to, by policy: their log-probabilities of the held-out pairs, and what comes of their answers. */
  const tellHeldOut = async (found: readonly PairLogProbs[], answers: readonly Readonly<Record<string, number>>[]): Promise<void> => {
    const { step } = cohort;
    members.forEach(({ objective, hyper }, k) => {
      if (cohort.stopped.has(k)) return;
      const values = { ...heldOutFigures(heldOut, found[k]!, scores.heldOut, objective, hyper, batchSize), ...answers[k]! };
      const pairs = keepsPairs && { pairs: pairSums(found[k]!, keepsTokens?.(step) ?? false) };
      if (Object.values(values).every(Number.isFinite)) rows.push({ step, policy: k, values, ...pairs });
      else cohort.stop(k, 'A held-out figure was not a finite number.');
    });
    flush();
    await noticeStops((stop) => stop.step);
  };

  const evaluate = async (): Promise<void> => {
    const found = await scorePairs(cohort, heldOut, mismatchedIn, between);
    await tellHeldOut(found, await answerFigures(cohort, prompts, reference.model.tokenizer.idOf(END), between));
  };

  const catchUp = async (): Promise<void> => {
    for (const { step, metrics } of await cohort.readMetrics()) {
      metrics.forEach((values, k) => {
        if (values === null) return;
        numTokens[k] = tokensBefore[k]! + (values.num_tokens ?? 0);
        rows.push({ step, policy: k, values: finiteOnly({ ...values, num_tokens: numTokens[k]! }) });
      });
    }
    flush();
    flushedAt = now();
    // A step breaks at the parameters that the step before it has left.
    await noticeStops((stop) => stop.step - 1);
    goodStates.read(cohort.step);
  };

  const checkpoint = async (): Promise<void> => {
    if (keptStep === cohort.step) return;
    // A run that goes on from here takes the next step first, so the rows up to here have to be out.
    await catchUp();
    const state = await cohort.save();
    keptStep = state.step;
    keptAt = now();
    const kept = { step: state.step, tensors: state.tensors, stopped: [...stops], numTokens: [...numTokens], elapsedMs: Math.round(worked()) };
    goodStates.took(kept);
    emit({ type: 'checkpoint', runId: id, checkpoint: kept });
  };

  const advance = (): Promise<void> =>
    timed(async () => {
      const step = cohort.step + 1;
      const picked = new Map([...orders].map(([seed, order]) => [seed, order(step).map((i) => train[i]!)]));
      await cohort.train(policies.map(({ seed }) => picked.get(seed)!));
      if (cohort.step % recipe.evaluation.every === 0 || cohort.step >= steps) {
        await catchUp();
        await evaluate();
      } else if (now() - flushedAt >= (cohort.readsBack ? READ_BACK_MS : FLUSH_MS)) {
        await catchUp();
      }
      // After any step, however seldom held-out pairs are looked at: a closed tab goes on from here.
      if (now() - keptAt >= CHECKPOINT_MS) await checkpoint();
    });

  const start: RunStart = {
    recipe,
    policies,
    device: options.device,
    dataHash: data.hash,
    modelHash: reference.model.hash,
    trainPairs: train.length,
    heldOutPairs: heldOut.length,
    heldOutIds: data.heldOut.map(({ pair }) => pair.id),
    ...(keepsTokens && { heldOutTokens: heldOutTokens(heldOut, scores.heldOut) }),
    reference: { ...referenceFigures(scores.heldOut), ...scores.answers },
    warnings: data.warnings,
    ...(origin && { origin }),
  };
  try {
    emit({ type: 'started', runId: id, start });
    // Before the first step every policy is the reference, so its figures need no further look at the device.
    if (!resume) await tellHeldOut(policies.map(() => scores.heldOut), policies.map(() => scores.answers));
    // A curve that begins elsewhere begins with a point there.
    else if (origin?.step === resume.step) await evaluate();
  } catch (error) {
    cohort.dispose();
    throw error;
  }

  return {
    id,
    recipe,
    cohort,
    scores,
    get goodStates() {
      return goodStates.held;
    },
    get step() {
      return cohort.step;
    },
    get done() {
      return cohort.step >= steps || cohort.stopped.size === cohort.size;
    },
    get allStopped() {
      return cohort.stopped.size === cohort.size;
    },
    advance,
    catchUp,
    flush,
    checkpoint,
    dispose: () => cohort.dispose(),
  };
}

/** JSON and charts know no infinities; a figure that is one is left out of its row. */
function finiteOnly(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}
