// A list of operations that is recorded for each batch shape it meets and replayed afterwards, over buffers that grow to
// the largest batch seen. Shapes are rounded up, so that few occur and a run soon makes no more buffers.
import type { ModelConfig } from '../model/config';
import { arrange, type Arrangement } from '../model/tokens';
import { rotaryTable } from '../ops/attention/attention.wgsl';
import { indexRows } from '../ops/embedding/embedding.wgsl';
import type { EncodedSequence } from '../training/types';
import type { Operation } from './operation';
import type { GpuRuntime, Plan } from './runtime';
import { stepBuffers, type StepBuffers, type StepShape } from './step';

const T_STEP = 8;
const M_STEP = 64;
const ROOM = 1.25;

export interface Pass {
  /** Arranges `[K][S]` sequences and puts them on the device; `M` fixes the number of scored rows a policy. */
  prepare(
    sequences: readonly (readonly EncodedSequence[])[], M?: number,
  ): { readonly arrangement: Arrangement; readonly buffers: StepBuffers };
  /** The plan for a batch that `prepare` has just put there; good until the next `prepare`. */
  plan(arrangement: Arrangement): Plan;
  dispose(): void;
}

export function createPass(
  gpu: GpuRuntime, config: ModelConfig, training: boolean,
  record: (shape: StepShape, buffers: StepBuffers) => Operation[],
): Pass {
  const headDim = config.hidden_size / config.num_attention_heads;
  const table = rotaryTable(config.max_position_embeddings, headDim, config.rope_theta);
  let held: { readonly rows: number; readonly scored: number; readonly K: number; readonly buffers: StepBuffers } | undefined;
  const plans = new Map<string, Plan>();
  const clear = () => {
    for (const plan of plans.values()) plan.dispose();
    plans.clear();
    held?.buffers.destroy();
    held = undefined;
  };

  /** Some room above the largest batch so far, so that buffers are seldom made anew; less where the device has no more. */
  const roomier = (exact: { rows: number; scored: number }, K: number) => {
    const roomy = { rows: Math.ceil(exact.rows * ROOM), scored: Math.ceil(exact.scored * ROOM) };
    const widest = Math.max(roomy.scored * config.vocab_size, roomy.rows * Math.max(2 * config.intermediate_size, 3 * config.hidden_size));
    return 4 * K * widest <= gpu.device.limits.maxStorageBufferBindingSize ? roomy : exact;
  };

  return {
    prepare(sequences, fixed) {
      const up = (value: number, by: number) => Math.ceil(value / by) * by;
      const arrangement = arrange(sequences, (T, M) => [
        Math.min(config.max_position_embeddings, up(T, T_STEP)),
        fixed ?? up(M, M_STEP),
      ]);
      const { K, S, T, M } = arrangement;
      if (!held || held.K !== K || held.rows < S * T || held.scored < M) {
        const exact = { rows: Math.max(S * T, held?.K === K ? held.rows : 0), scored: Math.max(M, held?.K === K ? held.scored : 0) };
        const { rows, scored } = roomier(exact, K);
        clear();
        held = { K, rows, scored, buffers: stepBuffers(gpu, config, { K, S: 1, T: rows, M: scored }, table, training) };
      }
      const { batch } = held.buffers;
      const write = (buffer: GPUBuffer, data: Int32Array | Uint32Array) =>
        gpu.device.queue.writeBuffer(buffer, 0, data as Int32Array<ArrayBuffer>);
      write(batch.ids, arrangement.ids);
      write(batch.scoredRows, arrangement.scoredRows);
      write(batch.labels, arrangement.labels);
      if (training) {
        const index = indexRows(arrangement.ids, K, config.vocab_size);
        write(batch.scoredInverse, arrangement.scoredInverse);
        write(batch.idStarts, index.starts);
        write(batch.idRows, index.rows);
      }
      return { arrangement, buffers: held.buffers };
    },
    plan({ K, S, T, M }) {
      const key = `${S} ${T} ${M}`;
      let plan = plans.get(key);
      if (!plan) {
        plan = gpu.record(record({ K, S, T, M }, held!.buffers));
        plans.set(key, plan);
      }
      return plan;
    },
    dispose: clear,
  };
}
