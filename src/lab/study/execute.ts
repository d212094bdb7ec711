// Carries a plan out, cell by cell, by asking a lab for data, runs and answers. The page asks its worker and keeps each
// cell as it comes; the command line asks a lab of its own. Both begin again after the last cell that was kept.
import { UserError } from '../../engine/errors';
import type { Weights } from '../../engine/model/config';
import type { Tokenizer } from '../../engine/tokenizer/tokenizer';
import type { LabEvent, MetricsRow, PolicyStop, Request, RunStart } from '../protocol';
import { policiesOf } from '../recipe';
import { datasetFacts } from './facts';
import { cellsOf, recipeOf, secondModel, type CellKey } from './plan';
import { summariseAnswers } from './summarise';
import type { BaselineResult, CellResult, DatasetFacts, MemberResult, StudyPlan } from './types';

/** One cell's outcome: enough to go on from, and to make a document of. */
export interface CellRecord {
  readonly key: CellKey;
  readonly facts: DatasetFacts;
  readonly cell: CellResult;
  readonly baseline: BaselineResult;
  /** The line of each device that was used. */
  readonly adapters: readonly string[];
  readonly elapsedMs: number;
  /** The policy that a second round of this seed starts from, if it is one of this cell's. */
  readonly next?: Weights;
}

export interface StudyProgress {
  readonly key: CellKey;
  /** Place in the order of the cells, from 0, and how many there are. */
  readonly cell: number;
  readonly cells: number;
  readonly stage: 'data' | 'train' | 'answers';
  /** Of the stage, from 0 to 1. */
  readonly share: number;
}

export interface StudyJob {
  readonly plan: StudyPlan;
  readonly lab: { send(request: Request): void; subscribe(listener: (event: LabEvent) => void): () => void };
  readonly tokenizer: Tokenizer;
  /** Cells that were carried out before. */
  readonly done: readonly CellRecord[];
  /** Keeps a cell; the next begins once it settles. */
  readonly keep: (record: CellRecord) => Promise<void> | void;
  readonly onProgress: (progress: StudyProgress) => void;
  /** Ends the work; the cell under way is lost. */
  readonly signal: AbortSignal;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Thrown when the signal ended a study. */
export const ENDED = Symbol('ended');

const sameCell = (a: CellKey, b: CellKey): boolean => a.kind === b.kind && a.seed === b.seed && a.round === b.round;

/**
 * Carries out what is left of a plan.
 * @throws ENDED when the signal ends it, or a UserError or Error for what went wrong; all kept cells stay good.
 */
export async function runStudy(job: StudyJob): Promise<void> {
  const { plan, done, keep } = job;
  const cells = cellsOf(plan);
  const next = new Map(done.flatMap((record) => (record.next ? [[record.key.seed, record.next] as const] : [])));
  let adopted: number | undefined;
  for (const [place, key] of cells.entries()) {
    if (done.some((record) => sameCell(record.key, key))) continue;
    if (key.round === 2 && adopted !== key.seed) {
      const weights = next.get(key.seed);
      if (!weights) throw new UserError('The policy that the second round of seed {seed} starts from was not kept. The cells that are done are kept; begin the study anew.', { seed: key.seed });
      await ask(job, { type: 'adopt', model: secondModel(key.seed), from: weights }, 'adopted');
      adopted = key.seed;
    }
    const record = await runCell(job, key, place, cells.length);
    if (record.next) next.set(key.seed, record.next);
    await keep(record);
  }
}

async function runCell(job: StudyJob, key: CellKey, place: number, cells: number): Promise<CellRecord> {
  const { plan, tokenizer, now } = job;
  const began = now();
  const recipe = recipeOf(plan, key);
  const told = (stage: StudyProgress['stage'], share: number): void => job.onProgress({ key, cell: place, cells, stage, share });

  told('data', 0);
  const spec = { ...key, tuning: plan.benchmark.part === 'tuning', train: plan.train, heldOut: plan.heldOut };
  const { kind, seed, tuning, train, heldOut } = spec;
  const { pairs, modelHash } = await ask(job, { type: 'make', model: recipe.model, spec: { kind, seed, tuning, train, heldOut } }, 'made', (share) => told('data', share));

  const runId = `study ${key.round} ${key.kind} ${key.seed} ${(asked += 1)}`;
  const { start, rows, stops, adapters, trainMs } = await trainCell(job, runId, key, (share) => told('train', share));
  told('answers', 0);
  const { answers, runId: whose } = await ask(job, { type: 'answer', spec: plan.benchmark }, 'answered', (share) => told('answers', share));
  // Somebody may have put another run's policies on the device in between, e.g. to sample them.
  if (whose !== runId) throw new UserError('Another run’s policies took the place of the study’s before these had answered. The cells that are done are kept; go on when the device is free.');
  const scores = summariseAnswers(answers, undefined);

  const round = key.round;
  const from = plan.secondRound?.from;
  const source = round === 1 && from?.dataset === key.kind ? policiesOf(recipe).find(({ member }) => member.objective === from.objective) : undefined;
  const next = source && (await ask(job, { type: 'adopt', model: secondModel(seed), from: { runId, policy: source.index } }, 'adopted')).weights;
  return {
    key,
    facts: datasetFacts(pairs, { kind, seed, round, hash: start.dataHash }, tokenizer),
    cell: {
      kind, seed, round, dataHash: start.dataHash, modelHash, reference: rounded(start.reference), trainMs: Math.round(trainMs),
      members: policiesOf(recipe).map(({ index, member, label }): MemberResult => {
        const stopped = stops.find((stop) => stop.policy === index);
        return { member, label, ...curvesOf(rows, index), ...(stopped && { stopped }), scores: scores.get(index) ?? [] };
      }),
    },
    baseline: { round, ...(round === 2 && { seed }), modelHash, scores: scores.get(-1) ?? [] },
    adapters,
    elapsedMs: Math.round(now() - began),
    ...(next && { next }),
  };
}

const fixed = (value: number): number => Number(value.toFixed(4));
const rounded = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fixed(value)]));

/** One policy's held-out curves and what became of each held-out pair. */
function curvesOf(rows: readonly MetricsRow[], policy: number): Pick<MemberResult, 'steps' | 'curves' | 'change'> {
  const steps = [...new Set(rows.filter(({ values }) => 'eval_loss' in values).map(({ step }) => step))].sort((a, b) => a - b);
  const mine = new Map(rows.filter((row) => row.policy === policy && 'eval_loss' in row.values).map((row) => [row.step, row]));
  const names = Object.keys(mine.get(steps[0]!)?.values ?? {}).filter((name) => name.startsWith('eval_'));
  const curves = Object.fromEntries(
    names.map((name) => [name, steps.map((step) => (mine.has(step) ? fixed(mine.get(step)!.values[name] ?? NaN) : null))]),
  );
  const [first, last] = [mine.get(steps[0]!)?.pairs, [...mine.values()].at(-1)?.pairs];
  const change = (side: 'chosen' | 'rejected'): number[] => (first && last ? last[side].map((value, i) => fixed(value - first[side][i]!)) : []);
  return { steps, curves, change: { chosen: change('chosen'), rejected: change('rejected') } };
}

let asked = 0;

type Answer<T extends LabEvent['type']> = Extract<LabEvent, { type: T }>;
type Asking = { [T in 'make' | 'answer' | 'adopt']: Omit<Extract<Request, { type: T }>, 'requestId'> }['make' | 'answer' | 'adopt'];

/** One request and its answer. */
function ask<T extends 'made' | 'answered' | 'adopted'>(
  { lab, signal }: StudyJob, request: Asking, answer: T, onShare?: (share: number) => void,
): Promise<Answer<T>> {
  const requestId = `study ${(asked += 1)}`;
  return listen(lab, signal, () => lab.send({ type: 'cancel', requestId }), (event, settle) => {
    if (!('requestId' in event) || event.requestId !== requestId) return;
    if (event.type === 'progress') onShare?.(event.share);
    else if (event.type === answer) settle(event as Answer<T>);
    else if (event.type === 'failed') throw failureOf(event);
    else if (event.type === 'cancelled') throw ENDED;
  }, () => lab.send({ ...request, requestId } as Request));
}

interface Trained {
  readonly start: RunStart;
  readonly rows: readonly MetricsRow[];
  readonly stops: readonly PolicyStop[];
  readonly adapters: readonly string[];
  readonly trainMs: number;
}

function trainCell({ lab, signal, plan }: StudyJob, runId: string, key: CellKey, onShare: (share: number) => void): Promise<Trained> {
  const recipe = recipeOf(plan, key);
  const rows: MetricsRow[] = [];
  const stops: PolicyStop[] = [];
  const adapters: string[] = [];
  let start: RunStart | undefined;
  let trainMs = 0;
  onShare(0);
  return listen(lab, signal, () => lab.send({ type: 'stop', runId }), (event, settle) => {
    if (!('runId' in event) || event.runId !== runId) return;
    if (event.type === 'started') {
      start = event.start;
      adapters.push(start.device.adapter);
    } else if (event.type === 'runDevice') adapters.push(event.used.device.adapter);
    else if (event.type === 'policyStopped') stops.push(event.stop);
    else if (event.type === 'rows') {
      rows.push(...event.rows);
      trainMs = event.elapsedMs;
      onShare((rows.at(-1)?.step ?? 0) / recipe.schedule.steps);
    } else if (event.type === 'failed') throw failureOf(event);
    else if (event.type === 'state') {
      const all = stops.length === recipe.cohort.length;
      if (event.state === 'finished' || (event.state === 'stopped' && all)) settle({ start: start!, rows, stops, adapters, trainMs });
      else if (event.state === 'stopped') {
        throw new UserError('The study’s run was stopped by another one. The cells that are done are kept; go on when the device is free.');
      }
    }
  }, () => lab.send({ type: 'train', runId, recipe }));
}

const failureOf = ({ template, values }: Extract<LabEvent, { type: 'failed' }>): UserError => new UserError(template, values);

/** Hears events until one settles the promise; what the listener throws rejects it, as does the signal. */
function listen<T>(
  lab: StudyJob['lab'], signal: AbortSignal, end: () => void, hear: (event: LabEvent, settle: (value: T) => void) => void, begin: () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const close = (): void => {
      stopListening();
      signal.removeEventListener('abort', abort);
    };
    const abort = (): void => {
      close();
      end();
      reject(ENDED as unknown as Error);
    };
    const stopListening = lab.subscribe((event) => {
      try {
        hear(event, (value) => {
          close();
          resolve(value);
        });
      } catch (error) {
        close();
        reject(error as Error);
      }
    });
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort);
    begin();
  });
}
