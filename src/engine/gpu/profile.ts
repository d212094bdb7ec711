// How long each operation of a plan takes on the device: the same dispatches, each in a pass of its own between two
// timestamps. Used by the benchmark; a run that is profiled is slower as a whole than one that is not.
import type { KernelName, Operation } from './operation';
import type { GpuRuntime, Plan } from './runtime';

export interface OperationTime {
  readonly kernel: KernelName;
  /** The WGSL kernel's name. */
  readonly name: string;
  readonly milliseconds: number;
}

export interface Profiler {
  /** For cohorts that are to be profiled. Every kernel is on. */
  readonly runtime: GpuRuntime;
  /** Runs `work` and gives the time of each dispatch that it ran, in order. */
  profile(work: () => Promise<unknown>): Promise<OperationTime[]>;
}

/** Timestamps that one query set can hold. */
const MOST = 4096;

/** @param gpu with `timestamp-query` among its device's features. */
export function createProfiler(gpu: GpuRuntime): Profiler {
  const { device } = gpu;
  const operationsOf = new WeakMap<Plan, readonly Operation[]>();
  let collected: Promise<OperationTime[]>[] | undefined;

  async function timed(plan: Plan): Promise<OperationTime[]> {
    const named = operationsOf.get(plan)!.flatMap((operation) =>
      gpu.dispatches(operation).map((dispatch) => ({ kernel: operation.kernel, name: dispatch.kernel.name })));
    const recorded = plan.parts.flatMap((part) => ('composed' in part ? [] : part));
    const count = 2 * recorded.length;
    if (count > MOST) throw new Error(`a plan of ${recorded.length} dispatches is too long to be profiled.`);
    const queries = device.createQuerySet({ type: 'timestamp', count });
    const resolved = device.createBuffer({ size: 8 * count, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    const target = device.createBuffer({ size: 8 * count, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    recorded.forEach(({ pipeline, group, workgroups }, i) => {
      const pass = encoder.beginComputePass({
        timestampWrites: { querySet: queries, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
      });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...workgroups);
      pass.end();
    });
    encoder.resolveQuerySet(queries, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, target, 0, 8 * count);
    device.queue.submit([encoder.finish()]);
    await target.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(target.getMappedRange().slice(0));
    queries.destroy();
    resolved.destroy();
    target.destroy();
    return named.map((names, i) => ({ ...names, milliseconds: Number(times[2 * i + 1]! - times[2 * i]!) / 1e6 }));
  }

  const runtime: GpuRuntime = {
    ...gpu,
    record(operations) {
      const plan = gpu.record(operations);
      operationsOf.set(plan, operations);
      return plan;
    },
    async run(plans, keep) {
      if (!collected) return gpu.run(plans, keep);
      collected.push(...plans.map(timed));
      return gpu.run([], keep);
    },
  };
  return {
    runtime,
    async profile(work) {
      collected = [];
      try {
        await work();
        return (await Promise.all(collected)).flat();
      } finally {
        collected = undefined;
      }
    },
  };
}
