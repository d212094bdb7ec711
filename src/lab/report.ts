// A run as one JSON document: everything its numbers depend on and the numbers themselves. The page exports it, the command
// line writes it, and either can be read back. What each held-out pair and each of its tokens comes to is left out, as it would
// make the document many times as large; an archive has all of it.
import { z } from 'zod';
import { UserError } from '../engine/errors';
import type { DeviceReport } from '../engine/device';
import type { MetricsRow, PolicyStop, RunDevice, RunStart, RunState } from './protocol';
import { recipeSchema } from './recipe';
import { LAB_VERSION } from './version';

const finite = z.number();
const count = z.number().int().min(0);
const figures = z.record(z.string(), finite);

export const reportSchema = z.object({
  format: z.literal('alignment-lab/run'),
  version: z.literal(1),
  name: z.string(),
  /** ISO 8601. */
  created: z.string(),
  state: z.enum(['preparing', 'training', 'paused', 'finished', 'stopped', 'failed']),
  steps: count,
  elapsedMs: finite.min(0),
  recipe: recipeSchema,
  seeds: z.array(count),
  /** SHA-256 over the pairs in order. */
  dataHash: z.string().regex(/^[0-9a-f]{64}$/),
  trainPairs: count,
  heldOutPairs: count,
  adapter: z.string(),
  device: z.object({
    backend: z.enum(['webgpu', 'wasm', 'cpu']),
    software: z.boolean(),
    vendor: z.string(),
    architecture: z.string(),
    description: z.string(),
  }),
  /** Every device that the run was trained on, the first included, with the step after which its rows begin; runs of earlier versions lack it. */
  devices: z
    .array(
      z.object({
        step: count,
        adapter: z.string(),
        backend: z.enum(['webgpu', 'wasm', 'cpu']),
        /** Why the device before it failed, and the step of the checkpoint from which the run went on. */
        lost: z.object({ reason: z.string(), from: count }).optional(),
      }),
    )
    .optional(),
  versions: z.record(z.string(), z.string()),
  policies: z.array(
    z.object({ index: count, label: z.string(), objective: z.string(), beta: finite, learningRate: finite, seed: count }),
  ),
  /** The reference's own held-out figures. */
  reference: figures,
  /** Rows in the order in which they came; those of an evaluation have names that begin with `eval_`. */
  metrics: z.array(z.object({ step: count, policy: count, values: figures })),
  /** `keptStep`: the step of the parameters that the policy was set back to; 0 is the reference. */
  stops: z.array(z.object({ policy: count, step: count, reason: z.string(), keptStep: count.optional() })),
  /** Where the run began, if not at the reference: at a policy of another run that was stopped there. Its steps are counted on. */
  origin: z
    .object({
      run: z.string(), name: z.string(), policy: count, label: z.string(), step: count,
      stoppedAt: count, reason: z.string(), learningRate: finite,
    })
    .optional(),
});

export type RunReport = z.output<typeof reportSchema>;

export interface ReportSource {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly state: RunState;
  readonly step: number;
  readonly elapsedMs: number;
  readonly start: RunStart;
  readonly stops: readonly PolicyStop[];
  /** Those after the first. */
  readonly devices?: readonly RunDevice[];
}

export function buildReport(run: ReportSource, rows: readonly MetricsRow[]): RunReport {
  const { start } = run;
  const device: DeviceReport = start.device;
  return {
    format: 'alignment-lab/run',
    version: 1,
    name: run.name,
    created: new Date(run.createdAt).toISOString(),
    state: run.state,
    steps: run.step,
    elapsedMs: run.elapsedMs,
    recipe: start.recipe,
    seeds: start.recipe.seeds,
    dataHash: start.dataHash,
    trainPairs: start.trainPairs,
    heldOutPairs: start.heldOutPairs,
    adapter: device.adapter,
    device: {
      backend: device.backend,
      software: device.software,
      vendor: device.vendor,
      architecture: device.architecture,
      description: device.description,
    },
    devices: [{ step: 0, device }, ...(run.devices ?? [])].map(({ step, device: { adapter, backend }, ...rest }: RunDevice) => ({ step, adapter, backend, ...rest })),
    versions: { lab: LAB_VERSION, ...device.versions },
    policies: start.policies.map(({ index, label, seed, member }) => ({
      index, label, seed, objective: member.objective, beta: member.beta, learningRate: member.learningRate,
    })),
    reference: { ...start.reference },
    metrics: rows.map(({ step, policy, values }) => ({ step, policy, values: { ...values } })),
    stops: run.stops.map((stop) => ({ ...stop })),
    ...(start.origin && { origin: { ...start.origin } }),
  };
}

/**
 * Reads a report from untrusted JSON.
 * @throws UserError naming the first field that is wrong.
 */
export function parseReport(json: unknown): RunReport {
  const result = reportSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new UserError('The run’s field “{field}” is wrong: {reason}. Nothing was added.', {
      field: issue.path.join('.') || 'run',
      reason: issue.message,
    });
  }
  const { metrics, stops, policies } = result.data;
  const known = (policy: number): boolean => policy < policies.length;
  const stray = metrics.findIndex((row) => !known(row.policy));
  if (stray >= 0 || !stops.every((stop) => known(stop.policy))) {
    throw new UserError('The run’s field “{field}” is wrong: {reason}. Nothing was added.', {
      field: stray >= 0 ? `metrics.${stray}.policy` : 'stops',
      reason: `there are ${policies.length} policies`,
    });
  }
  return result.data;
}

/** Each policy's last held-out figures, with the step they belong to. */
export function finalFigures(rows: readonly MetricsRow[]): Map<number, { step: number; values: Readonly<Record<string, number>> }> {
  const out = new Map<number, { step: number; values: Readonly<Record<string, number>> }>();
  for (const { step, policy, values } of rows) {
    if ('eval_logps/chosen' in values) out.set(policy, { step, values });
  }
  return out;
}
