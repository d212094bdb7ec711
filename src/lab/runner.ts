// The lab without a page: takes requests, runs one cohort at a time, and tells what happens as events.
// The browser's worker and the command line both drive it.
import { remark, UserError, type Remark } from '../engine/errors';
import type { DeviceReport } from '../engine/device';
import { createExaminations, type Examiners } from './examine';
import { createHoldings, type HoldingsOptions } from './holdings';
import { breathe } from './breathe';
import type { Request, RunState } from './protocol';
import { prepareRun, type Asked, type TrainRequest } from './prepare';
import { parseRecipe } from './recipe';
import { createRecovery, goingOn, reasonOf, sentenceOf } from './recovery';
import { serveFromMemory, serveQuietly, type QuietRequest } from './requests';
import { createRunCohort, type TrainingRun } from './run';
import { sampleAnswers } from './samples';
import { scoreForPage } from './scores';
import { createTeller } from './teller';

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

type Task = Exclude<Request, { type: 'pause' | 'continue' | 'step' | 'stop' | 'cancelSample' | 'cancel' }>;

/** What a person wants of a run; requests write it, the loop reads it between steps. */
interface Wish {
  paused: boolean;
  /** Single steps asked for while paused. */
  steps: number;
  stop: boolean;
}

/** The run under way. */
interface Active {
  readonly asked: Asked;
  readonly run: TrainingRun;
}

/** Thrown where a run that is to stop is still being prepared. */
const STOPPED = Symbol('stopped');

/** Where the browser cannot give a device, it may be starting its graphics process anew, which takes a moment. */
const WAIT_FOR_DEVICE_MS = 1000;

export function createLab(options: LabOptions): Lab {
  const { load, createCohort } = options;
  const now = options.now ?? (() => performance.now());
  const emit = options.emit;
  const holdings = createHoldings(options, () => wake());

  const examinations = createExaminations(options, holdings);

  const tasks: Task[] = [];
  /** Runs that are queued, being prepared or under way. */
  const wishes = new Map<string, Wish>();
  const cancelled = new Set<string>();
  /** Scorings and the like that are queued or under way. */
  const cancellable = new Set<string>();
  let active: Active | undefined;
  let lastState: RunState | undefined;
  let looping: Promise<void> | undefined;

  const state = (runId: string, next: RunState, step: number, detail?: Remark): void => {
    lastState = next;
    emit({ type: 'state', runId, state: next, step, ...(detail !== undefined && { detail }) });
  };

  const fail = (error: unknown, about: { runId?: string; requestId?: string }): void => {
    const told = sentenceOf(error, about);
    emit({ type: 'failed', ...about, message: told.message, template: told.template, values: told.values });
  };

  /** @throws STOPPED when the run is told to stop meanwhile. */
  const prepare = async (asked: Asked): Promise<TrainingRun> => {
    const wish = wishes.get(asked.request.runId)!;
    let preparing = true;
    const between = async (): Promise<void> => {
      await breathe();
      // Later on, the loop itself ends the run after the step under way.
      if (preparing && wish.stop) throw STOPPED;
    };
    const ready = await prepareRun(asked, { load, createCohort, holdings, now, between });
    preparing = false;
    return ready;
  };

  const train = async (request: TrainRequest): Promise<void> => {
    const { runId, resume } = request;
    const step = resume?.step ?? 0;
    if (wishes.get(runId)!.stop) {
      stopUnready(runId, step);
      return;
    }
    state(runId, 'preparing', step);
    holdings.rest(undefined);
    await bringUp({ request, teller: createTeller(emit, resume), recovery: createRecovery() });
  };

  /** The open device. Once one was lost, by `error`, a browser that has none to give has failed the run again, and gets a moment. */
  const deviceAfter = async (error: unknown): Promise<DeviceReport> => {
    try {
      return await holdings.device();
    } catch (again) {
      if (error === undefined || !(again instanceof UserError)) throw again;
      await new Promise((resolve) => setTimeout(resolve, WAIT_FOR_DEVICE_MS));
      throw error;
    }
  };

  /**
   * Makes a run ready for its next step, on as many devices as that takes, or says why it ends here.
   * @param broke what went wrong under the run, where it was under way.
   */
  const bringUp = async (asked: Asked, broke?: unknown): Promise<void> => {
    const { request: { runId, resume }, teller, recovery } = asked;
    for (let error = broke; ; ) {
      const from = teller.checkpoint?.step ?? 0;
      if (error !== undefined) {
        const remedy = error instanceof UserError ? undefined : recovery.after(holdings.backend);
        if (!remedy) {
          giveUp(asked, error);
          return;
        }
        if (remedy === 'wasm') holdings.giveUpGpu(`WebGPU was given up after ${recovery.failures} failures in one run: ${reasonOf(error)}.`);
        dropDevice();
        state(runId, 'preparing', from, goingOn(error, remedy, from));
      }
      try {
        const device = await deviceAfter(error);
        const run = await prepare(asked);
        active = { asked, run };
        const lost = error === undefined ? undefined : { reason: reasonOf(error), from };
        if (lost || resume) emit({ type: 'runDevice', runId, used: { step: teller.step, device, ...(lost && { lost }) } });
        showState(run, wishes.get(runId)!);
        return;
      } catch (again) {
        if (again === STOPPED) {
          stopUnready(runId, teller.step);
          return;
        }
        error = again;
      }
    }
  };

  const giveUp = ({ request: { runId }, teller }: Asked, error: unknown): void => {
    // Where WASM did no better, the GPU is not to blame.
    if (!(error instanceof UserError)) holdings.giveUpGpu(undefined);
    fail(error, { runId });
    wishes.delete(runId);
    state(runId, 'failed', teller.step);
    // A request that was wrong from the start has done the device no harm.
    if (active || !(error instanceof UserError)) dropDevice();
  };

  /** Ends a run that was stopped before it was ready. */
  const stopUnready = (runId: string, step: number): void => {
    wishes.delete(runId);
    state(runId, 'stopped', step);
  };

  /** True while the run repeats what it had told before its device was lost; it does so even if it is to wait. */
  const isBehind = (): boolean => active !== undefined && active.run.step < active.asked.teller.step;

  /** Says whether a run that has just been made ready trains or waits, unless it is about to end. */
  const showState = (ready: TrainingRun, wish: Wish): void => {
    if (!ready.done && !wish.stop && !isBehind()) state(ready.id, wish.paused ? 'paused' : 'training', ready.step);
  };

  const dropDevice = (): void => {
    holdings.drop(active?.run);
    active = undefined;
  };

  /** After work that broke: goes on from the last checkpoint, or gives the run up. */
  const recover = async ({ asked, run }: Active, error: unknown): Promise<void> => {
    run.flush();
    asked.goodStates = run.goodStates;
    await bringUp(asked, error);
  };

  /** The device has failed with no run under way. */
  const dropIdle = (error: unknown): void => {
    holdings.drop();
    emit({ type: 'deviceLost', reason: reasonOf(error) });
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
        case 'score':
          await score(task);
          break;
        case 'make':
        case 'answer':
        case 'adopt':
        case 'evidence':
          await quietly(task);
          break;
        case 'check':
        case 'benchmark':
          await examinations.serve(task, active !== undefined);
          break;
      }
    } catch (error) {
      fail(error, about);
      if (error instanceof UserError) return;
      // An answer that broke takes the run under way with it, since they share the device.
      if (active) await recover(active, error);
      else if (task.type === 'open') holdings.drop();
      else dropIdle(error);
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

  const score = async (request: Extract<Request, { type: 'score' }>): Promise<void> => {
    const { requestId } = request;
    try {
      const policies = active ? { runId: active.run.id, cohort: active.run.cohort } : holdings.resting;
      await scoreForPage({
        request,
        reference: await holdings.reference(),
        ...(policies && { policies }),
        cancelled: () => cancelled.has(requestId),
        emit,
        between: breathe,
      });
    } finally {
      cancellable.delete(requestId);
      cancelled.delete(requestId);
    }
  };

  const quietly = async (request: QuietRequest): Promise<void> => {
    const { requestId } = request;
    try {
      if (active) serveFromMemory({ request, holdings, emit });
      else await serveQuietly({ request, holdings, emit, between: breathe, cancelled: () => cancelled.has(requestId) });
    } finally {
      cancellable.delete(requestId);
      cancelled.delete(requestId);
    }
  };

  /** Ends the run under way and leaves its policies on the device. */
  const end = async (run: TrainingRun, how: 'finished' | 'stopped', detail?: Remark): Promise<void> => {
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
    if (run.allStopped) await end(run, 'stopped', remark('Every policy was stopped.'));
    else if (run.done) await end(run, 'finished');
    else if (wish.stop) await end(run, 'stopped');
    else if (isBehind()) await run.advance();
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
      const { loss } = holdings;
      if (loss) {
        if (active) await recover(active, loss);
        else dropIdle(loss);
        continue;
      }
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
      // A request may have come in after the loop's last look, or a loss.
      if (tasks.length > 0 || holdings.loss) wake();
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
          if (cancellable.has(request.requestId)) cancelled.add(request.requestId);
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
        case 'score':
        case 'make':
        case 'answer':
        case 'adopt':
        case 'evidence':
          if (request.type !== 'load' && request.type !== 'sample') cancellable.add(request.requestId);
          examinations.cancelAll();
          tasks.push(request);
          break;
        case 'check':
        case 'benchmark':
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
