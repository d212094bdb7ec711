// The parts of the benchmark: the race of all contenders at one size, and the lab's own cohorts of different sizes.
import { UserError } from '../../engine/errors';
import type { Task } from '../../engine/benchmark/contender';
import type { ContenderName, Realm, RealmDevice } from './realm';
import { median, spreadOf, type PolicyTime, type SizeReport } from './report';

export type Realms = ReadonlyMap<ContenderName, Realm>;

/** Losses may differ by so much of themselves: the first by float32's rounding, the second by what Adam makes of it. */
const TOLERANCES = [1e-4, 1e-3];

interface Racer {
  readonly realm: Realm;
  readonly id: number;
  readonly losses: number[];
  readonly times: number[];
}

export interface Race {
  readonly report: SizeReport;
  /** Contenders that could not take part, and why. */
  readonly failures: readonly { readonly contender: ContenderName; readonly reason: string }[];
}

/**
 * Steps of all contenders in turn.
 * @param device the one that ours runs on; who finds another adapter does not take part.
 * @throws UserError where two do not compute the same, or ours cannot be run.
 */
export async function race(
  realms: Realms, task: Task, device: RealmDevice, { rounds, warmUp }: { rounds: number; warmUp: number }, tell: (part: number) => void,
): Promise<Race> {
  const racers = new Map<ContenderName, Racer>();
  const failures: { contender: ContenderName; reason: string }[] = [];
  for (const [name, realm] of realms) {
    try {
      const { identity } = await realm.ask('device', { backend: task.backend });
      if (identity !== device.identity) throw new Error(`it found another adapter, ${identity || 'none'}.`);
      const racer: Racer = { realm, id: await realm.ask('open', { task }), losses: [], times: [] };
      for (let i = 0; i < Math.max(warmUp, TOLERANCES.length); i++) racer.losses.push((await realm.ask('step', { id: racer.id })).loss);
      racers.set(name, racer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (name === 'ours') throw new UserError('The benchmark could not be run: {reason} Nothing was changed.', { reason });
      failures.push({ contender: name, reason });
    }
  }
  compareLosses(racers);

  const inTurn = [...racers.values()];
  for (let round = 0; round < rounds; round++) {
    // Nobody always comes first.
    for (let i = 0; i < inTurn.length; i++) {
      const racer = inTurn[(i + round) % inTurn.length]!;
      racer.times.push((await racer.realm.ask('step', { id: racer.id })).ms);
    }
    tell((round + 1) / rounds);
  }
  const counts: SizeReport['counts'] = await ofEach(racers, ({ realm, id }) => realm.ask('count', { id }));
  for (const { realm, id } of inTurn) await realm.ask('close', { id });

  const ours = racers.get('ours')!;
  const middle = (name: ContenderName) => (racers.has(name) ? median(racers.get(name)!.times) : null);
  const ratio = (name: ContenderName) =>
    racers.has(name) ? median(racers.get(name)!.times.map((ms, round) => ms / ours.times[round]!)) : null;
  const report: SizeReport = {
    model: task.model,
    policies: task.policies,
    sequences: 2 * task.pairs,
    tokensPerSequence: task.length,
    rounds,
    warmUp,
    ours: middle('ours'),
    stockTfjs: middle('stockTfjs'),
    jaxJs: middle('jaxJs'),
    timesStockTfjs: ratio('stockTfjs'),
    timesJaxJs: ratio('jaxJs'),
    dispatches: counts.ours?.dispatches ?? null,
    submits: counts.ours?.submits ?? null,
    uploadedBytes: counts.ours?.uploadedBytes ?? null,
    readBackBytes: counts.ours?.readBackBytes ?? null,
    firstLoss: ours.losses[0]!,
    spread: await ofEach(racers, ({ times }) => spreadOf(times)),
    losses: await ofEach(racers, ({ losses }) => losses.slice(0, TOLERANCES.length)),
    counts,
  };
  return { report, failures };
}

async function ofEach<T>(racers: ReadonlyMap<ContenderName, Racer>, of: (racer: Racer) => T | Promise<T>): Promise<Partial<Record<ContenderName, T>>> {
  const out: Partial<Record<ContenderName, T>> = {};
  for (const [name, racer] of racers) out[name] = await of(racer);
  return out;
}

function compareLosses(racers: ReadonlyMap<ContenderName, Racer>): void {
  const ours = racers.get('ours')!.losses;
  for (const [name, { losses }] of racers) {
    TOLERANCES.forEach((tolerance, step) => {
      const [a, b] = [ours[step]!, losses[step]!];
      // Written so that a NaN on either side does not pass.
      if (Math.abs(a - b) <= tolerance * Math.abs(a)) return;
      throw new UserError('The benchmark was stopped at step {step}: the loss is {ours} by the lab’s kernels and {theirs} by {name}, so they do not compute the same.', {
        step: step + 1, ours: a, theirs: b, name,
      });
    });
  }
}

/** Steps of our own cohorts of different numbers of policies, in turn. */
export async function timePolicies(ours: Realm, task: Task, numbers: readonly number[], rounds: number, tell: (part: number) => void): Promise<PolicyTime[]> {
  const cohorts: { K: number; id: number; times: number[] }[] = [];
  for (const K of numbers) {
    const id = await ours.ask('open', { task: { ...task, policies: K } });
    await ours.ask('step', { id });
    cohorts.push({ K, id, times: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { id, times } of cohorts) times.push((await ours.ask('step', { id })).ms);
    tell((round + 1) / rounds);
  }
  for (const { id } of cohorts) await ours.ask('close', { id });
  return cohorts.map(({ K, times }) => ({
    K,
    ours: median(times),
    timesOne: median(times.map((ms, round) => ms / cohorts[0]!.times[round]!)),
    spread: spreadOf(times),
  }));
}
