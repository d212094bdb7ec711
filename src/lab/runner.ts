// The lab without a page: takes requests, runs one cohort at a time, and tells what happens as events.
// The browser's worker and the command line both drive it.
import { UserError } from '../engine/errors';
import { createExaminations, type Examiners } from './examine';
import { createHoldings, type HoldingsOptions } from './holdings';
import { breathe } from './breathe';
import { isShippedDataset, loadShippedPairs, prepareData } from './datasets';
import type { Request, RunState } from './protocol';
import { parseRecipe, type Recipe } from './recipe';
import { createRun, createRunCohort, type TrainingRun } from './run';
import { sampleAnswers } from './samples';
import { createTeller, type Teller } from './teller';

export interface LabOptions extends HoldingsOptions, Examiners {
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
type Task = Exclude<Request, { type: 'pause' | 'continue' | 'step' | 'stop' | 'cancelSample' | 'cancel' }>;

/** What a person wants of a run; requests write it, the loop reads it between steps. */
interface Wish {
  paused: boolean;
  /** Single steps asked for while paused. */
  steps: number;
  stop: boolean;
}

/** The run under way, and what it takes to begin it again from its last checkpoint. */
interface Active {
  readonly request: TrainRequest;
  readonly teller: Teller;
  run: TrainingRun;
  /** Times it was taken up again after its device broke. */
  retries: number;
}

/** Thrown where a run that is to stop is still being prepared. */
const STOPPED = Symbol('stopped');

/** A device that breaks this often in one run is not tried again. */
const MAX_RETRIES = 2;

export function createLab(options: LabOptions): Lab {
  const { load, createCohort } = options;
  const now = options.now ?? (() => performance.now());
  const emit = options.emit;
  const holdings = createHoldings(options);

  const examinations = createExaminations(options, holdings);

  const tasks: Task[] = [];
  /** Runs that are queued, being prepared or under way. */
  const wishes = new Map<string, Wish>();
  const cancelled = new Set<string>();
  let active: Active | undefined;
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

  const pairsOf = (request: TrainRequest, recipe: Recipe) => {
    if (request.pairs) return request.pairs;
    const { dataset } = recipe.data;
    if (isShippedDataset(dataset)) return loadShippedPairs(load, dataset);
    throw new UserError('The recipe’s field “data.dataset” names “{dataset}”, which is not here. Nothing was changed; choose another dataset.', { dataset });
  };

  /**
   * Makes everything ready for a run's next step, from the last checkpoint that it told.
   * @throws STOPPED when the run is told to stop meanwhile; then nothing of it lies on the device.
   */
  const prepare = async (request: TrainRequest, teller: Teller): Promise<TrainingRun> => {
    const wish = wishes.get(request.runId)!;
    let preparing = true;
    const between = async (): Promise<void> => {
      await breathe();
      // Later on, the loop itself ends the run after the step under way.
      if (preparing && wish.stop) throw STOPPED;
    };
    const recipe = parseRecipe(request.recipe);
    const pairs = await pairsOf(request, recipe);
    const chosen = await holdings.reference(recipe.model);
    await between();
    const { tokenizer, weights } = chosen.model;
    const data = prepareData(pairs, recipe.data, tokenizer, weights.config.max_position_embeddings);
    checkSame(request, data.hash, chosen.model.hash);
    const resume = teller.checkpoint;
    const ready = await createRun({
      id: request.runId, recipe, data, reference: chosen, device: await holdings.device(), createCohort, emit: teller.tell, between, now,
      ...(resume && { resume }),
    });
    preparing = false;
    return ready;
  };

  const train = async (request: TrainRequest): Promise<void> => {
    const { runId, resume } = request;
    const wish = wishes.get(runId)!;
    const step = resume?.step ?? 0;
    if (wish.stop) {
      stopUnready(runId, step);
      return;
    }
    state(runId, 'preparing', step);
    holdings.rest(undefined);
    const teller = createTeller(emit, resume);
    try {
      active = { request, teller, run: await prepare(request, teller), retries: 0 };
    } catch (error) {
      if (error !== STOPPED) throw error;
      stopUnready(runId, step);
      return;
    }
    showState(active.run, wish);
  };

  /** Ends a run that was stopped before it was ready. */
  const stopUnready = (runId: string, step: number): void => {
    wishes.delete(runId);
    state(runId, 'stopped', step);
  };

  /** Says whether a run that has just been made ready trains or waits, unless it is about to end. */
  const showState = (ready: TrainingRun, wish: Wish): void => {
    if (!ready.done && !wish.stop) state(ready.id, wish.paused ? 'paused' : 'training', ready.step);
  };

  const dropDevice = (): void => {
    holdings.drop(active?.run);
    active = undefined;
  };

  /** After a step that broke: goes on from the last checkpoint on a fresh device, or gives the run up. */
  const recover = async (broken: Active, error: unknown): Promise<void> => {
    const { run, request, teller } = broken;
    run.flush();
    let reason = error;
    if (!(error instanceof UserError) && broken.retries < MAX_RETRIES) {
      dropDevice();
      state(run.id, 'preparing', teller.checkpoint?.step ?? 0, 'The device was lost; the run goes on from its last checkpoint.');
      try {
        active = { ...broken, run: await prepare(request, teller), retries: broken.retries + 1 };
        showState(active.run, wishes.get(run.id)!);
        return;
      } catch (again) {
        if (again === STOPPED) {
          stopUnready(run.id, teller.checkpoint?.step ?? 0);
          return;
        }
        reason = again;
      }
    }
    const { step } = run;
    const message = fail(reason, { runId: run.id });
    wishes.delete(run.id);
    state(run.id, 'failed', step, message);
    dropDevice();
  };

  const serve = async (task: Task): Promise<void> => {
    const about = 'runId' in task ? { runId: task.runId } : 'requestId' in task ? { requestId: task.requestId } : {};
    try {
      switch (task.type) {
        case 'open':
          await holdings.open(task.backend);
          break;
        case 'train':
          await train(task);
          break;
        case 'load': {
          const recipe = parseRecipe(task.recipe);
          if (active) throw new UserError('Another run is still being trained. Stop it before you open this one.');
          const chosen = await holdings.reference(recipe.model);
          holdings.rest({ runId: task.runId, cohort: createRunCohort(recipe, chosen, createCohort, task.checkpoint) });
          break;
        }
        case 'sample':
          await sample(task);
          break;
        case 'check':
          await examinations.serve(task, active !== undefined);
          break;
      }
    } catch (error) {
      const message = fail(error, about);
      if (task.type === 'train') {
        wishes.delete(task.runId);
        state(task.runId, 'failed', task.resume?.step ?? 0, message);
      }
      if (error instanceof UserError) return;
      // An answer that broke takes the run under way with it, since they share the device.
      if (active) await recover(active, error);
      else dropDevice();
    }
  };

  const sample = async ({ requestId, settings }: Extract<Request, { type: 'sample' }>): Promise<void> => {
    try {
      const policies = active ? { runId: active.run.id, cohort: active.run.cohort } : holdings.resting;
      await sampleAnswers({
        requestId,
        settings,
        reference: await holdings.reference(),
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
  const end = async (run: TrainingRun, how: 'finished' | 'stopped', detail?: string): Promise<void> => {
    await run.catchUp();
    await run.checkpoint();
    active = undefined;
    wishes.delete(run.id);
    holdings.rest({ runId: run.id, cohort: run.cohort });
    state(run.id, how, run.step, detail);
  };

  /** One piece of work for the run under way; false if there is none to do. */
  const work = async (run: TrainingRun): Promise<boolean> => {
    const wish = wishes.get(run.id)!;
    if (run.allStopped) await end(run, 'stopped', 'Every policy was stopped.');
    else if (run.done) await end(run, 'finished');
    else if (wish.stop) await end(run, 'stopped');
    else if (wish.paused && wish.steps === 0) {
      if (lastState === 'paused') return false;
      await run.catchUp();
      await run.checkpoint();
      state(run.id, 'paused', run.step);
    } else {
      const single = wish.paused;
      if (!single && lastState !== 'training') state(run.id, 'training', run.step);
      await run.advance();
      if (single) {
        wish.steps = Math.max(0, wish.steps - 1);
        await run.catchUp();
        if (!run.done && wish.paused) state(run.id, 'paused', run.step);
      }
    }
    return true;
  };

  const loop = async (): Promise<void> => {
    for (;;) {
      await breathe();
      // A run that is to end goes before whatever was asked for after it.
      const ending = active && wishes.get(active.run.id)!.stop;
      const task = ending ? undefined : tasks.shift();
      if (task) await serve(task);
      else if (!active) return;
      else {
        const under = active;
        try {
          if (!(await work(under.run))) return;
        } catch (error) {
          await recover(under, error);
        }
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
        case 'cancel':
          examinations.cancel(request.requestId);
          return;
        case 'open':
        case 'train':
          // One device, one run: a new one ends whatever came before it, queued or under way.
          for (const wish of wishes.values()) wish.stop = true;
          examinations.cancelAll();
          if (request.type === 'train') wishes.set(request.runId, { paused: request.paused ?? false, steps: 0, stop: false });
          tasks.push(request);
          break;
        case 'load':
        case 'sample':
          examinations.cancelAll();
          tasks.push(request);
          break;
        case 'check':
          examinations.expect(request);
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

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
