// The WGSL of every objective, run on a WebGPU adapter, against the same objective in JavaScript.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compileExpression,
  compileObjective,
  evaluateCompiled,
  fDivergences,
  hyperNames,
  objectives,
  objectiveWgsl,
  objectiveWgslPrelude,
  packHyper,
  type CompiledObjective,
  type HyperInput,
} from '../../src/engine/objectives';
import { extremeBatch, randomBatch, type Batch } from '../unit/engine/objectives/batches';

let device: GPUDevice;

beforeAll(async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error('No WebGPU adapter: the generated shaders cannot be tested here.');
  device = await adapter.requestDevice();
});

interface Job {
  readonly objective: CompiledObjective;
  readonly hyper: HyperInput;
}

const FIELDS = 7;
const KL = 1.25;

/** Numbers a GPU can hold exactly, so that both sides compute from the same input. */
function single(batch: Batch): Batch & { KL: number } {
  const round = (values: readonly number[]): number[] => values.map(Math.fround);
  return {
    ...batch,
    policyChosen: round(batch.policyChosen),
    policyRejected: round(batch.policyRejected),
    referenceChosen: round(batch.referenceChosen),
    referenceRejected: round(batch.referenceRejected),
    KL,
  };
}

/** Runs each job on every pair, one shader for all; `[job][pair]` of loss, dChosen, dRejected. */
async function runOnDevice(jobs: readonly Job[], batch: Batch): Promise<number[][][]> {
  const pairs = batch.policyChosen.length;
  const functions = jobs.map(({ objective, hyper }, i) => objectiveWgsl(objective, hyper, `objective_${i}`));
  const code = `
${objectiveWgslPrelude}
${functions.map(({ code }) => code).join('\n')}
@group(0) @binding(0) var<storage, read> pairs: array<ObjectivePair>;
@group(0) @binding(1) var<storage, read> hypers: array<ObjectiveHyper>;
@group(0) @binding(2) var<storage, read_write> results: array<ObjectiveResult>;
@compute @workgroup_size(32) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${pairs}u || id.y >= ${jobs.length}u) { return; }
  let pair = pairs[id.x];
  let hyper = hypers[id.y];
  var result: ObjectiveResult;
  switch id.y {
${functions.map(({ name }, i) => `    case ${i}u: { result = ${name}(pair, hyper); }`).join('\n')}
    default: {}
  }
  results[id.y * ${pairs}u + id.x] = result;
}`;
  const pairData = Float32Array.from({ length: pairs * FIELDS }, (_, i) => {
    const pair = Math.floor(i / FIELDS);
    const columns = [
      batch.policyChosen,
      batch.policyRejected,
      batch.referenceChosen,
      batch.referenceRejected,
      batch.chosenLength,
      batch.rejectedLength,
    ];
    return columns[i % FIELDS]?.[pair] ?? KL;
  });
  const hyperData = new Float32Array(jobs.length * hyperNames.length);
  jobs.forEach(({ objective, hyper }, i) => hyperData.set(packHyper(objective, hyper), i * hyperNames.length));

  const upload = (data: Float32Array<ArrayBuffer>): GPUBuffer => {
    const buffer = device.createBuffer({ size: data.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  };
  const size = jobs.length * pairs * 3 * 4;
  const results = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const readable = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });

  const module = device.createShaderModule({ code });
  const { messages } = await module.getCompilationInfo();
  expect(messages.filter(({ type }) => type === 'error').map(({ message, lineNum }) => `${lineNum}: ${message}`)).toEqual([]);
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const buffers = [upload(pairData), upload(hyperData), results];
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(pairs / 32), jobs.length);
  pass.end();
  encoder.copyBufferToBuffer(results, 0, readable, 0, size);
  device.queue.submit([encoder.finish()]);
  await readable.mapAsync(GPUMapMode.READ);
  const data = new Float32Array(readable.getMappedRange().slice(0));
  for (const buffer of [...buffers, readable]) buffer.destroy();
  return jobs.map((_, job) =>
    Array.from({ length: pairs }, (__, pair) => Array.from(data.subarray((job * pairs + pair) * 3, (job * pairs + pair + 1) * 3))),
  );
}

/** The largest difference from JavaScript in float64, relative to max(1, |x|), by job. */
async function largestErrors(jobs: readonly Job[], batch: Batch): Promise<number[]> {
  const onDevice = await runOnDevice(jobs, batch);
  return jobs.map(({ objective, hyper }, job) => {
    // A shader computes one place of the loss; what a batch-level objective puts there is its caller's work.
    const { loss, dChosen, dRejected } = evaluateCompiled({ ...objective, pairing: 'own' }, batch, hyper);
    const errors = onDevice[job]!.flatMap((actual, pair) =>
      [loss[pair]!, dChosen[pair]!, dRejected[pair]!].map((expected, i) => {
        const error = Math.abs(actual[i]! - expected) / Math.max(1, Math.abs(expected));
        return Number.isFinite(error) ? error : Infinity;
      }),
    );
    return Math.max(...errors);
  });
}

async function expectAgreement(jobs: readonly (Job & { title: string })[], batch: Batch): Promise<void> {
  const errors = await largestErrors(jobs, batch);
  const failures = jobs
    .map(({ title }, i) => ({ title, error: errors[i]! }))
    .filter(({ error }) => !(error <= 1e-5))
    .map(({ title, error }) => `${title}: ${error}`);
  expect(failures).toEqual([]);
}

const everyObjective = (hyper: HyperInput): (Job & { title: string })[] =>
  Object.keys(objectives).map((id) => ({ title: id, objective: compileObjective(id), hyper }));

describe('WGSL of the objectives agrees with JavaScript to 1e-5', () => {
  it.each([0.1, 0.5, 2.5])('on random batches at beta %f', async (beta) => {
    await expectAgreement(everyObjective({ beta }), single(randomBatch(51, 64)));
  });

  it('with every number away from its default', async () => {
    const hyper = {
      beta: 0.7,
      labelSmoothing: 0.2,
      tau: 0.4,
      lambda: 3,
      gamma: 0.6,
      alpha: 0.02,
      desirableWeight: 1.3,
      undesirableWeight: 0.8,
    };
    await expectAgreement(everyObjective(hyper), single(randomBatch(52, 64)));
  });

  it.each(fDivergences.filter((name) => name !== 'reverse_kl'))('with scores of %s', async (fDivergence) => {
    const jobs = everyObjective({ beta: 0.1, fDivergence, divergenceAlpha: 0.5 }).filter(({ objective }) => objective.usesDivergence);
    await expectAgreement(jobs, single(randomBatch(53, 64, 1)));
  });

  it('at the start and at log-ratios up to ten thousand', async () => {
    await expectAgreement(everyObjective({ beta: 0.1 }), single(extremeBatch()));
  });

  it('APO-down’s winner derivative is exactly 0 at the start on the device too', async () => {
    const batch = single(randomBatch(54, 32));
    const start = { ...batch, policyChosen: batch.referenceChosen, policyRejected: batch.referenceRejected };
    const [results] = await runOnDevice([{ objective: compileObjective('apo_down'), hyper: { beta: 0.3 } }], start);
    expect(new Set(results!.map(([, dChosen]) => dChosen))).toEqual(new Set([0]));
  });

  it('on what is no number: a function outside its domain, but not in the branch that is not taken', async () => {
    const texts = ['log(a - 1000)', 'sqrt(a - 1000)', '(a - 1000) ^ 0.5', 'a + log(-1)', 'where(a > 1000, log(a - 1000), a)', '(a - 1000) ^ 2'];
    const jobs = texts.map((text) => ({ objective: compileExpression(text), hyper: {} }));
    const batch = single(randomBatch(56, 8));
    const onDevice = await runOnDevice(jobs, batch);
    const finite = onDevice.map((pairs) => pairs.every(([loss]) => Number.isFinite(loss)));
    expect(finite).toEqual(jobs.map(({ objective }) => evaluateCompiled(objective, batch, {}).loss.every(Number.isFinite)));
    expect(finite).toEqual([false, false, false, false, true, true]);
  });

  it('for losses of one’s own that use every function', async () => {
    const texts = [
      'where(a > b, softplus(a / 4), abs(b) + 1e9 * 0) + sign(a) + step(b)',
      'clamp(a, -1, 1) * min(a, b, 2) - max(a, b, -lw) / 9',
      'sqrt(abs(a) + 1) + log(nw) * square(b / 5) + expm1(b / 20) + delta(b)',
      'log1mexp(lw / nw) + logodds(ll / nl) + logsigmoid(tau * a)',
      'a ^ 3 / 50 + abs(b) ^ 1.5 / 9 + (a / 9) ^ 4 + 2 ^ (b / 9)',
      'detach(a) * a / 20 + (a >= b) + (a <= b) + KL * a',
      'exp(-a / 5) + exp(-1e4) + 7',
    ];
    const jobs = texts.map((title) => ({ title, objective: compileExpression(title), hyper: {} }));
    await expectAgreement(jobs, single(randomBatch(55, 64)));
  });
});
