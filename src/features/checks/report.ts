// The Checks page as plain text, to paste into an e-mail or a bug report. Nothing in it tells who the person is.
import type { DeviceReport, KernelCheck, Parity } from '../../engine/device';
import type { ObjectiveCheck } from './selfCheck';

export interface ReportParts {
  readonly device: DeviceReport | undefined;
  readonly userAgent: string;
  readonly objectives: readonly ObjectiveCheck[];
  /** Found on request, on this device. */
  readonly kernels?: readonly KernelCheck[] | undefined;
  readonly parity?: Parity | undefined;
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

function kernelLines({ device, kernels }: ReportParts): string[] {
  return (device?.kernelChecks ?? []).map(({ kernel, error, passed, fault }) => {
    const last = kernels?.find((check) => check.kernel === kernel);
    return [
      `kernel ${kernel}: ${passed ? 'passed' : 'SWITCHED OFF'}, error ${short(error)} at the start`,
      ...(last ? [`${short(last.error)} in the last check`] : []),
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

export function reportText(parts: ReportParts): string {
  const { device, userAgent, objectives, parity } = parts;
  return [
    'Alignment Lab checks',
    `browser: ${userAgent}`,
    ...(device ? deviceLines(device) : ['device: none']),
    ...kernelLines(parts),
    ...(parity ? parityLines(parity) : []),
    ...objectives.map(({ id, failure, passed, difference }) => `objective ${id}: ${failure ?? `${passing(passed)}, difference ${short(difference)}`}`),
  ].join('\n');
}
