// The benchmark: contenders in realms of their own take their steps in turn, so that whatever else the machine does meets
// all of them alike. Started by the Checks page through `runBenchmark`, and by bench/ with further contenders.
import type { Task } from '../../engine/benchmark/contender';
import type { BackendName } from '../../engine/device';
import { LAB_VERSION } from '../version';
import { race, timePolicies, type Realms } from './measure';
import { contenderNames, type ContenderName, type Realm } from './realm';
import type { BackendReport, BenchmarkProgress, BenchmarkReport, SizeReport } from './report';
import { startWorker } from './start';
import { amountFor, sampling, sizeNames, sizes, type Amount, type SizeName } from './tasks';

export interface BenchmarkOptions {
  /** The first is the report's own, the others stand below it. */
  readonly backends: readonly BackendName[];
  /** Only the small size. */
  readonly quick?: boolean;
  /** Besides ours; by default stock TensorFlow.js alone, since nothing else is part of the page. */
  readonly against?: readonly Exclude<ContenderName, 'ours'>[];
  /** Starts a realm; by default a worker of the page's own bundle. */
  readonly start?: (name: ContenderName) => Realm;
  /** Browser or Node, with its version. */
  readonly runtime: string;
  readonly versions?: Readonly<Record<string, string>>;
  /** Changes to how much is run. */
  readonly amount?: Partial<Amount>;
}

/**
 * Runs it all; ends with the signal's reason when that is aborted, with nothing left running.
 * @throws UserError where two contenders do not compute the same, or ours cannot be run.
 */
export async function runBenchmark(
  options: BenchmarkOptions, onProgress: (progress: BenchmarkProgress) => void = () => {}, signal?: AbortSignal,
): Promise<BenchmarkReport> {
  const reports: BackendReport[] = [];
  for (const [i, backend] of options.backends.entries()) {
    const report = (fraction: number, stage: BenchmarkProgress['stage']) =>
      onProgress({ backend, stage, fraction: (i + fraction) / options.backends.length });
    reports.push(await runBackend(backend, options, report, signal));
  }
  const [{ adapter, ...first }, ...others] = reports as [BackendReport, ...BackendReport[]];
  return {
    adapter,
    date: new Date().toISOString(),
    runtime: options.runtime,
    versions: { lab: LAB_VERSION, ...options.versions },
    ...first,
    others,
  };
}

type Tell = (fraction: number, stage: BenchmarkProgress['stage']) => void;

async function runBackend(backend: BackendName, options: BenchmarkOptions, tell: Tell, signal?: AbortSignal): Promise<BackendReport> {
  signal?.throwIfAborted();
  const start = options.start ?? startWorker;
  const names = contenderNames.filter((name) => name === 'ours' || (options.against ?? ['stockTfjs']).includes(name));
  const realms = new Map<ContenderName, Realm>();
  const endAll = (): void => {
    for (const realm of realms.values()) realm.end();
  };
  const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
  aborted.catch(endAll);
  try {
    for (const name of names) realms.set(name, start(name));
    return await Promise.race([aborted, measure(backend, options, realms, tell)]);
  } finally {
    endAll();
  }
}

async function measure(backend: BackendName, options: BenchmarkOptions, realms: Realms, tell: Tell): Promise<BackendReport> {
  const ours = realms.get('ours')!;
  tell(0, 'small');
  const device = await ours.ask('device', { backend });
  const amount: Amount = { ...amountFor(backend, device.software, options.quick ?? false), ...options.amount };
  const taskOf = (size: SizeName): Task => ({ ...sizes[size], ...(size === 'town' && { pairs: amount.townPairs }), backend });
  const at = share(amount, tell);

  const failures: BackendReport['failures'][number][] = [];
  const done: Partial<Record<SizeName, SizeReport>> = {};
  for (const size of sizeNames) {
    const rounds = amount.rounds[size];
    if (!rounds) continue;
    at(size, 0);
    const { report, failures: absent } = await race(realms, taskOf(size), device, { rounds, warmUp: amount.warmUp }, (part) => at(size, part));
    done[size] = report;
    failures.push(...absent.map((failure) => ({ ...failure, size })));
  }

  let policies: BackendReport['policies'] = [];
  if (amount.policies.length > 0) {
    at('policies', 0);
    policies = await timePolicies(ours, taskOf('small'), amount.policies, amount.policyRounds, (part) => at('policies', part));
  }

  let sampled: BackendReport['sampling'] = null;
  if (amount.samplings > 0) {
    at('sampling', 0);
    const { prompt, tokens } = sampling;
    const { cached, uncached } = await ours.ask('sample', { task: taskOf('town'), prompt, tokens, times: amount.samplings });
    sampled = {
      promptTokens: prompt, tokens,
      withCache: (1000 * tokens) / cached,
      withoutCache: (1000 * tokens) / uncached,
      timesWithout: uncached / cached,
    };
  }

  let kernels: Pick<BackendReport, 'kernels' | 'peaks' | 'profiled'> = { kernels: [], peaks: null, profiled: null };
  if (amount.profiled > 0) {
    at('kernels', 0);
    // Ours alone, so that the town's size is no great matter anywhere.
    const task = taskOf('town');
    const timed = await ours.ask('kernels', { task, steps: amount.profiled });
    if (timed) kernels = { ...timed, profiled: { size: 'town', policies: task.policies, sequences: 2 * task.pairs } };
  }
  tell(1, 'kernels');
  const { adapter, software, notes } = device;
  return { adapter, backend, software, notes, failures, sizes: done, policies, sampling: sampled, ...kernels };
}

/** Progress within a part as a fraction of the whole, by about how long each part takes beside the others. */
function share(amount: Amount, tell: Tell): (stage: BenchmarkProgress['stage'], part: number) => void {
  const parts: [stage: BenchmarkProgress['stage'], weight: number][] = [
    ['small', amount.rounds.small ? 3 : 0],
    ['town', amount.rounds.town ? 6 : 0],
    ['policies', amount.policies.length > 0 ? 3 : 0],
    ['sampling', amount.samplings > 0 ? 1 : 0],
    ['kernels', amount.profiled > 0 ? 1 : 0],
  ];
  const sum = (list: typeof parts) => list.reduce((total, [, weight]) => total + weight, 0);
  return (stage, part) => {
    const index = parts.findIndex(([name]) => name === stage);
    tell((sum(parts.slice(0, index)) + part * parts[index]![1]) / sum(parts), stage);
  };
}
