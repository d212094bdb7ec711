// Makes a run that was asked for ready for its next step, as often as that takes. Used by the runner.
import { UserError } from '../engine/errors';
import { isShippedDataset, loadShippedPairs, prepareData, type PreparedData } from './datasets';
import type { Holdings, HoldingsOptions } from './holdings';
import { parseMadeName } from './making/spec';
import type { PreferencePair } from '../preferences/pair';
import type { Request, RunCheckpoint } from './protocol';
import { parseRecipe, type Recipe } from './recipe';
import type { Recovery } from './recovery';
import type { Reference, ReferenceScores } from './reference';
import { createRun, type TrainingRun } from './run';
import type { Teller } from './teller';

export type TrainRequest = Extract<Request, { type: 'train' }>;

/** A run that was asked for, and what it takes to begin it again from its last checkpoint. */
export interface Asked {
  readonly request: TrainRequest;
  readonly teller: Teller;
  readonly recovery: Recovery;
  /** Kept, so that a run that goes on asks nothing of the network and measures by the same reference. */
  data?: PreparedData;
  scores?: ReferenceScores;
  goodStates?: readonly RunCheckpoint[];
}

export interface Workplace extends Pick<HoldingsOptions, 'load' | 'createCohort'> {
  readonly holdings: Holdings;
  readonly now: () => number;
  /** Awaited between pieces of work; what it throws ends the preparation, and then nothing of the run lies on the device. */
  readonly between: () => Promise<void>;
}

/**
 * Goes on from the last checkpoint that was told; begins where there is none.
 * @throws UserError for a recipe or a checkpoint that is wrong.
 */
export async function prepareRun(asked: Asked, { load, createCohort, holdings, now, between }: Workplace): Promise<TrainingRun> {
  const { request, teller } = asked;
  const recipe = parseRecipe(request.recipe);
  const given = asked.data ? [] : await pairsOf(request, recipe, load);
  const reference = await holdings.reference(recipe.model);
  await between();
  const pairs = given ?? (await madeFor(recipe, reference, holdings, between));
  const { tokenizer, weights } = reference.model;
  const data = (asked.data ??= withRemarks(request, prepareData(pairs, recipe.data, tokenizer, weights.config.max_position_embeddings)));
  checkSame(request, data.hash, reference.model.hash);
  const resume = teller.checkpoint;
  const run = await createRun({
    id: request.runId, recipe, data, reference, device: await holdings.device(), createCohort, emit: teller.tell, between, now,
    ...(resume && { resume }),
    ...(asked.scores && { scores: asked.scores }),
    ...(asked.goodStates && { goodStates: asked.goodStates }),
    ...(request.origin && { origin: request.origin }),
  });
  asked.scores = run.scores;
  return run;
}

const withRemarks = ({ leftOut = [] }: TrainRequest, data: PreparedData): PreparedData => ({ ...data, warnings: [...leftOut, ...data.warnings] });

/** The pairs that a recipe's dataset has; undefined where they are yet to be made. */
function pairsOf(request: TrainRequest, recipe: Recipe, load: HoldingsOptions['load']): readonly PreferencePair[] | Promise<PreferencePair[]> | undefined {
  if (request.pairs) return request.pairs;
  const { dataset } = recipe.data;
  if (parseMadeName(dataset)) return undefined;
  if (isShippedDataset(dataset)) return loadShippedPairs(load, dataset);
  throw new UserError('The recipe’s field “data.dataset” names “{dataset}”, which is not here. Nothing was changed; choose another dataset.', { dataset });
}

async function madeFor({ data }: Recipe, { cohort, model }: Reference, holdings: Holdings, between: () => Promise<void>): Promise<readonly PreferencePair[]> {
  const { dataset, judge, trainPairs, heldOutPairs } = data;
  const spec = { ...parseMadeName(dataset)!, train: trainPairs, heldOut: heldOutPairs, ...(judge && { judge }) };
  // The making is never ended here but by what `between` throws.
  return (await holdings.make(spec, model.hash, { cohort, tokenizer: model.tokenizer, onProgress: between }))!;
}

/** Curves that go on over other data, or from another reference, would be those of no experiment. */
function checkSame({ expected }: TrainRequest, dataHash: string, modelHash: string): void {
  if (!expected) return;
  if (expected.dataHash !== dataHash) {
    throw new UserError('The run’s pairs are not those it began with, so it cannot go on. Its curves and checkpoint are kept; train the recipe anew.');
  }
  if (expected.modelHash !== undefined && expected.modelHash !== modelHash) {
    throw new UserError('The run’s reference is not the one it began with, so it cannot go on. Its curves and checkpoint are kept; train the recipe anew.');
  }
}
