// The Checks page as plain text, to paste into an e-mail or a bug report. Nothing in it tells who the person is.
import type { DeviceReport } from '../../engine/device';
import type { ObjectiveCheck } from './selfCheck';

export function reportText(device: DeviceReport | undefined, checks: readonly ObjectiveCheck[], userAgent: string): string {
  const lines = ['Alignment Lab checks', `browser: ${userAgent}`];
  if (device === undefined) lines.push('device: none');
  else {
    lines.push(
      `adapter: ${device.adapter}`,
      `backend: ${device.backend}${device.software ? ' (software)' : ''}`,
      ...(device.kernels === undefined ? [] : [`kernels: ${device.kernels}`]),
      ...device.notes.map((note) => `note: ${note}`),
      `features: ${device.features.join(', ') || 'none'}`,
      ...Object.entries(device.limits).map(([name, value]) => `limit ${name}: ${value}`),
      ...Object.entries(device.versions).map(([name, version]) => `${name}: ${version}`),
    );
  }
  for (const check of checks) {
    lines.push(
      `objective ${check.id}: ${check.failure ?? `${check.passed ? 'passed' : 'FAILED'}, difference ${check.difference.toExponential(1)}`}`,
    );
  }
  return lines.join('\n');
}
