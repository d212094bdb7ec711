// The lab without a page: takes requests, runs one cohort at a time, and tells what happens as events.
// The browser's worker and the command line both drive it.
import type { BackendChoice, DeviceReport } from '../engine/device';
import { UserError } from '../engine/errors';
import type { Cohort, CohortOptions } from '../engine/training/types';
import { loadModel, type AssetLoader } from './assets';
import { breathe } from './breathe';
import { isShippedDataset, loadShippedPairs, prepareData } from './datasets';
import type { LabEvent, Request, RunState } from './protocol';
import { parseRecipe, type Recipe } from './recipe';
import { createReference, type Reference } from './reference';
import { createRun, createRunCohort, type TrainingRun } from './run';
import { sampleAnswers } from './samples';

export interface LabOptions {
  readonly load: AssetLoader;
  readonly emit: (event: LabEvent) => void;
  readonly openBackend: (choice: BackendChoice) => Promise<DeviceReport>;
  readonly createCohort: (options: CohortOptions) => Cohort;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

export interface Lab {
  /** Takes a request; whatever comes of it is an event. */
  send(request: Request): void;
  /** Settles when nothing is left to do: a paused run counts as nothing. */
  idle(): Promise<void>;
}

type TrainRequest = Extract<Request, { type: 'train' }>;
type Task = Exclude<Request, { type: 'pause' | 'continue' | 'step' | 'stop' | 'cancelSample' }>;

/** What a person wants of a run; requests write it, the loop reads it between steps. */
interface Wish {
  paused: boolean;
  /** Single steps asked for while paused. */
  steps: number;
  stop: boolean;
}

export function createLab(options: LabOptions): Lab {
  const { load, openBackend, createCohort } = options;
  const now = options.now ?? (() => performance.now());
  const emit = options.emit;

  const tasks: Task[] = [];
  /** Runs that are queued, being prepared or under way. */
  const wishes = new Map<string, Wish>();
  const cancelled = new Set<string>();
  let choice: BackendChoice = 'auto';
  let device: DeviceReport | undefined;
  let reference: Reference | undefined;
  let run: TrainingRun | undefined;
  /** Policies of a run that has ended or was loaded: kept on the device to be sampled. */
  let resting: { readonly runId: string; readonly cohort: Cohort } | undefined;
  let lastState: RunState | undefined;
  let looping: Promise<void> | undefined;

  const state = (runId: string, next: RunState, step: number, detail?: string): void => {
    lastState = next;
    emit({ type: 'state', runId, state: next, step, ...(detail !== undefined && { detail }) });
  };

  const fail = (error: unknown, about: { runId?: string; requestId?: string }): string => {
    const told =
      error instanceof UserError
        ? error
        : new UserError('Something in the lab broke: {reason} What was stored is kept; reload the page if it happens again.', {
            reason: endSentence(error instanceof Error ? error.message : String(error)),
          });
    emit({ type: 'failed', ...about, message: told.message, template: told.template, values: told.values });
    return told.message;
  };

  const clearDevice = (): void => {
    for (const held of [run, resting?.cohort, reference]) {
      try {
        held?.dispose();
      } catch {
        // What lived on a device that is gone cannot be freed, and need not be.
      }
    }
    run = resting = reference = undefined;
  };

  const requireDevice = async (): Promise<DeviceReport> => {
    if (!device) {
      device = await openBackend(choice);
      emit({ type: 'opened', device });
    }
    return device;
  };

  const requireReference = async (model: string): Promise<Reference> => {
    await requireDevice();
    if (reference?.model.id !== model) {
      const loaded = await loadModel(load, model);
      rest(undefined);
      reference?.dispose();
      reference = createReference(loaded, createCohort);
    }
    return reference;
  };

  const rest = (next: typeof resting): void => {
    if (resting && resting.cohort !== next?.cohort) resting.cohort.dispose();
    resting = next;
  };

  const pairsOf = (request: TrainRequest, recipe: Recipe) => {
    if (request.pairs) return request.pairs;
    const { dataset } = recipe.data;
    if (isShippedDataset(dataset)) return loadShippedPairs(load, dataset);
    throw new UserError('The recipe’s field “data.dataset” names “{dataset}”, which is not here. Nothing was changed; choose another dataset.', { dataset });
  };

  const train = async (request: TrainRequest): Promise<void> => {
    const { runId, resume } = request;
    const wish = wishes.get(runId)!;
    const step = resume?.step ?? 0;
    if (wish.stop) {
      wishes.delete(runId);
      state(runId, 'stopped', step);
      return;
    }
    state(runId, 'preparing', step);
    const recipe = parseRecipe(request.recipe);
    rest(undefined);
    const pairs = await pairsOf(request, recipe);
    const chosen = await requireReference(recipe.model);
    const data = prepareData(pairs, recipe.data, chosen.model.tokenizer, chosen.model.weights.config.max_position_embeddings);
    run = await createRun({
      id: runId, recipe, data, reference: chosen, device: device!, createCohort, emit, between: breathe, now,
      ...(resume && { resume }),
    });
    if (!run.done && !wish.stop) state(runId, wish.paused ? 'paused' : 'training', run.step);
  };

  const serve = async (task: Task): Promise<void> => {
    const about = 'runId' in task ? { runId: task.runId } : 'requestId' in task ? { requestId: task.requestId } : {};
    try {
      switch (task.type) {
        case 'open':
          clearDevice();
          device = undefined;
          choice = task.backend;
          await requireDevice();
          break;
        case 'train':
          await train(task);
          break;
        case 'load': {
          const recipe = parseRecipe(task.recipe);
          if (run) throw new UserError('Another run is still being trained. Stop it before you open this one.');
          const chosen = await requireReference(recipe.model);
          rest({ runId: task.runId, cohort: createRunCohort(recipe, chosen, createCohort, task.checkpoint) });
          break;
        }
        case 'sample':
          await sample(task);
          break;
      }
    } catch (error) {
      const message = fail(error, about);
      if (task.type === 'train') {
        wishes.delete(task.runId);
        state(task.runId, 'failed', task.resume?.step ?? 0, message);
      }
      if (!(error instanceof UserError)) distrustDevice();
    }
  };

  /** After an error that is no person's doing the device may be lost; the next request opens it anew. */
  const distrustDevice = (): void => {
    clearDevice();
    device = undefined;
  };

  const sample = async ({ requestId, settings }: Extract<Request, { type: 'sample' }>): Promise<void> => {
    try {
      const policies = run ? { runId: run.id, cohort: run.cohort } : resting;
      await sampleAnswers({
        requestId,
        settings,
        reference: reference ?? (await requireReference('town')),
        ...(policies && { policies }),
        cancelled: () => cancelled.has(requestId),
        emit,
        between: breathe,
        now,
      });
    } finally {
      cancelled.delete(requestId);
    }
  };

  /** Ends the run under way and leaves its policies on the device. */
  const end = async (ended: TrainingRun, how: 'finished' | 'stopped', detail?: string): Promise<void> => {
    ended.flush();
    await ended.checkpoint();
    run = undefined;
    wishes.delete(ended.id);
    rest({ runId: ended.id, cohort: ended.cohort });
    state(ended.id, how, ended.step, detail);
  };

  /** One piece of work for the run under way; false if there is none to do. */
  const work = async (active: TrainingRun): Promise<boolean> => {
    const wish = wishes.get(active.id)!;
    if (active.allStopped) await end(active, 'stopped', 'Every policy was stopped.');
    else if (active.done) await end(active, 'finished');
    else if (wish.stop) await end(active, 'stopped');
    else if (wish.paused && wish.steps === 0) {
      if (lastState === 'paused') return false;
      active.flush();
      await active.checkpoint();
      state(active.id, 'paused', active.step);
    } else {
      const single = wish.paused;
      if (!single && lastState !== 'training') state(active.id, 'training', active.step);
      await active.advance();
      if (single) {
        wish.steps = Math.max(0, wish.steps - 1);
        active.flush();
        if (!active.done && wish.paused) state(active.id, 'paused', active.step);
      }
    }
    return true;
  };

  const loop = async (): Promise<void> => {
    for (;;) {
      await breathe();
      try {
        // A run that is to end goes before whatever was asked for after it.
        const ending = run && wishes.get(run.id)!.stop;
        const task = ending ? undefined : tasks.shift();
        if (task) await serve(task);
        else if (!run || !(await work(run))) return;
      } catch (error) {
        const broken = run!;
        broken.flush();
        const message = fail(error, { runId: broken.id });
        wishes.delete(broken.id);
        state(broken.id, 'failed', broken.step, message);
        distrustDevice();
      }
    }
  };

  const wake = (): void => {
    looping ??= loop().finally(() => {
      looping = undefined;
      // A request may have come in after the loop's last look.
      if (tasks.length > 0) wake();
    });
  };

  return {
    send(request) {
      switch (request.type) {
        case 'pause':
        case 'continue':
        case 'step':
        case 'stop': {
          const wish = wishes.get(request.runId);
          if (!wish) return;
          if (request.type === 'stop') wish.stop = true;
          else if (request.type === 'step' && wish.paused) wish.steps += 1;
          else {
            wish.paused = request.type !== 'continue';
            wish.steps = 0;
          }
          break;
        }
        case 'cancelSample':
          cancelled.add(request.requestId);
          return;
        case 'open':
        case 'train':
          // One device, one run: a new one ends whatever came before it, queued or under way.
          for (const wish of wishes.values()) wish.stop = true;
          if (request.type === 'train') wishes.set(request.runId, { paused: request.paused ?? false, steps: 0, stop: false });
          tasks.push(request);
          break;
        case 'load':
        case 'sample':
          tasks.push(request);
          break;
      }
      wake();
    },
    async idle() {
      while (looping) await looping;
    },
  };
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
