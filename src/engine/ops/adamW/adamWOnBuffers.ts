// The composed form of the fused AdamW, on its buffers: norms and what follows from them are worked out on the host.
import * as tf from '@tensorflow/tfjs-core';
import type { Memory } from '../../gpu/operation';
import { adamW, type AdamWSettings } from './adamW';
import { OUTCOME, SETTINGS, type AdamWBuffers } from './adamW.wgsl';

export async function composedAdamW(memory: Memory, K: number, P: number, buffers: AdamWBuffers, options: AdamWSettings): Promise<void> {
  const [gradients, settings, active] = await Promise.all([
    memory.read(buffers.gradients, K * P),
    memory.read(buffers.settings, K * SETTINGS),
    memory.read(buffers.active, K),
  ]);
  const outcome = new Float32Array(K * OUTCOME);
  for (let k = 0; k < K; k++) {
    let sum = 0;
    for (const g of gradients.subarray(k * P, (k + 1) * P)) sum += g * g;
    const norm = Math.fround(Math.sqrt(sum));
    const most = settings[k * SETTINGS + 3]!;
    if (!Number.isFinite(norm)) active[k] = 0;
    outcome.set([norm, most > 0 && norm > most ? most / norm : 1, active[k]!], k * OUTCOME);
  }
  memory.write(active, buffers.active);
  memory.write(outcome, buffers.outcome);
  tf.tidy(() => {
    const place = (buffer: GPUBuffer) => ({ buffer, offset: 0, stride: P });
    const whole = (buffer: GPUBuffer) => memory.load(place(buffer), K, [P]);
    const column = (of: (k: number) => number) => tf.tensor2d(Array.from({ length: K }, (_, k) => of(k)), [K, 1]);
    const decay = tf.mul(memory.load(place(buffers.decayed), 1, [P]), options.weightDecay);
    const before = { parameter: whole(buffers.parameters), m: whole(buffers.m), v: whole(buffers.v) };
    const gradient = tf.mul(whole(buffers.gradients), column((k) => outcome[k * OUTCOME + 1]!));
    const rates = tf.tensor1d(Array.from({ length: K }, (_, k) => settings[k * SETTINGS]!));
    const after = adamW(before, gradient, rates, [settings[1]!, settings[2]!], { ...options, weightDecay: decay });
    // Choosing, since a product with zero would keep a NaN.
    const use = tf.tensor2d(Array.from(active, (a) => a !== 0), [K, 1], 'bool');
    for (const [slot, buffer] of [['parameter', buffers.parameters], ['m', buffers.m], ['v', buffers.v]] as const) {
      memory.store(tf.where(tf.tile(use, [1, P]), after[slot], before[slot]), place(buffer));
    }
  });
}
