// The Checks page as plain text, to paste into an e-mail or a bug report. Nothing in it tells who the person is.
import type { DeviceReport, KernelCheck, Parity } from '../../engine/device';
import type { BenchmarkReport } from '../../lab/benchmark/report';
import type { ObjectiveCheck } from './selfCheck';

export interface ReportParts {
  readonly device: DeviceReport | undefined;
  readonly userAgent: string;
  readonly objectives: readonly ObjectiveCheck[];
  /** Found on request, on this device. */
  readonly kernels?: readonly KernelCheck[] | undefined;
  readonly parity?: Parity | undefined;
  readonly benchmark?: BenchmarkReport | undefined;
}

const passing = (passed: boolean): string => (passed ? 'passed' : 'FAILED');
const short = (value: number): string => value.toExponential(1);

function deviceLines(device: DeviceReport): string[] {
  return [
    `adapter: ${device.adapter}`,
    `backend: ${device.backend}${device.software ? ' (software)' : ''}`,
    ...(device.kernels === undefined ? [] : [`kernels: ${device.kernels}`]),
    ...device.notes.map((note) => `note: ${note}`),
    `features: ${device.features.join(', ') || 'none'}`,
    ...Object.entries(device.limits).map(([name, value]) => `limit ${name}: ${value}`),
    ...Object.entries(device.versions).map(([name, version]) => `${name}: ${version}`),
  ];
}

function kernelLines({ device, kernels, benchmark }: ReportParts): string[] {
  return (device?.kernelChecks ?? []).map(({ kernel, error, passed, fault }) => {
    const last = kernels?.find((check) => check.kernel === kernel);
    const timed = benchmark?.kernels.find(({ name }) => name === kernel);
    return [
      `kernel ${kernel}: ${passed ? 'passed' : 'SWITCHED OFF'}, error ${short(error)} at the start`,
      ...(last ? [`${short(last.error)} in the last check`] : []),
      ...(timed ? [`${timed.ms.toFixed(3)} ms a step`] : []),
      ...(fault === undefined ? [] : [fault]),
    ].join(', ');
  });
}

function parityLines({ backends, objectives, losses, difference, passed }: Parity): string[] {
  const [here, there] = backends;
  return [
    `parity of ${here} and ${there} over ${losses[0]?.[0]?.length ?? 0} steps: ${passing(passed)}, largest relative difference ${short(difference)}`,
    ...objectives.map((id, k) => `parity ${id}, last loss: ${losses.map((ofBackend) => ofBackend[k]!.at(-1)!.toFixed(6)).join(' and ')}`),
  ];
}

function benchmarkLines(report: BenchmarkReport): string[] {
  const { date, runtime, adapter, versions, sizes, failures, policies, sampling, profiled } = report;
  const ms = (value: number | null): string => (value === null ? 'not measured' : `${value.toFixed(2)} ms`);
  const times = (value: number | null): string => (value === null ? '' : ` (${value.toFixed(2)} times ours)`);
  return [
    `benchmark of ${adapter} at ${date}: ${[runtime, ...Object.entries(versions).map((pair) => pair.join(' '))].join(', ')}`,
    ...Object.entries(sizes).flatMap(([name, size]) => [
      `benchmark ${name}, K = ${size.policies}, ${size.sequences} x ${size.tokensPerSequence} tokens: ` +
        `ours ${ms(size.ours)}, stock TensorFlow.js ${ms(size.stockTfjs)}${times(size.timesStockTfjs)}`,
      ...(size.dispatches === null ? [] : [`benchmark ${name}: ${size.dispatches} dispatches, ${size.submits} submits a step`]),
    ]),
    ...failures.map(({ contender, size, reason }) => `benchmark ${size}: ${contender} failed, ${reason}`),
    ...policies.map(({ K, ours, timesOne }) => `benchmark K = ${K}: ${ms(ours)} a step, ${timesOne.toFixed(2)} times one policy`),
    ...(sampling
      ? [`benchmark sampling: ${sampling.withCache.toFixed(1)} tokens a second with the cache, ${sampling.withoutCache.toFixed(1)} without`]
      : []),
    ...(profiled ? [`benchmark kernels: of a step of the ${profiled.size} size, ${profiled.policies} policies, ${profiled.sequences} sequences each`] : []),
  ];
}

export function reportText(parts: ReportParts): string {
  const { device, userAgent, objectives, parity, benchmark } = parts;
  return [
    'Alignment Lab checks',
    `browser: ${userAgent}`,
    ...(device ? deviceLines(device) : ['device: none']),
    ...kernelLines(parts),
    ...(parity ? parityLines(parity) : []),
    ...(benchmark ? benchmarkLines(benchmark) : []),
    ...objectives.map(({ id, failure, passed, difference }) => `objective ${id}: ${failure ?? `${passing(passed)}, difference ${short(difference)}`}`),
  ].join('\n');
}
