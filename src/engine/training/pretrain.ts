// Next-token training of one model from scratch, on completions only. Makes the checkpoint that ships.
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../model/config';
import { backward, forwardForTraining } from '../model/forward';
import { createPositions } from '../model/positions';
import { disposeBatch, layOut } from '../model/tokens';
import { disposeAll, read, take, tidy } from '../tidy';
import { createOptimizer, gradientNorms, stackWeights } from './optimizer';
import { learningRateFactor } from './schedule';
import type { EncodedSequence, Schedule } from './types';

export interface Pretrainer {
  /** One AdamW step on a batch; returns the mean negative log-likelihood of its scored tokens, in nats. */
  step(sequences: readonly EncodedSequence[]): Promise<number>;
  weights(): Promise<Weights>;
  dispose(): void;
}

/** @param learningRate the peak that `schedule` scales. */
export function createPretrainer(start: Weights, learningRate: number, schedule: Schedule): Pretrainer {
  const { config } = start;
  const optimizer = createOptimizer(stackWeights(start.tensors, 1));
  const positions = createPositions(config);
  return {
    async step(sequences) {
      const batch = layOut([sequences]);
      const tables = positions.of(batch.T);
      const tokens = batch.ranges[0]!.at(-1)![1];
      const { logProbs, gradients, norms } = tidy(() => {
        const pass = forwardForTraining(optimizer.parameters, config, batch, tables);
        // Rows beyond the scored tokens are padding and get no gradient.
        const d = Float32Array.from({ length: batch.M }, (_, row) => (row < tokens ? -1 / tokens : 0));
        const gradients = backward(tf.tensor2d(d, [1, batch.M]), pass.saved, optimizer.parameters, config, batch, tables);
        return { logProbs: pass.logProbs, gradients, norms: gradientNorms(gradients) };
      });
      disposeBatch(batch);
      const values = await take(logProbs);
      optimizer.apply(gradients, {
        learningRates: [learningRate * learningRateFactor(optimizer.step + 1, schedule)],
        ignored: new Set(),
        norms: [...(await take(norms))],
        maxGradNorm: schedule.maxGradNorm,
        adamW: { weightDecay: schedule.weightDecay, beta2: 0.98 },
      });
      disposeAll(gradients);
      return -values.subarray(0, tokens).reduce((sum, value) => sum + value, 0) / tokens;
    },
    async weights() {
      const tensors: Record<string, { shape: number[]; data: Float32Array }> = {};
      for (const [name, tensor] of Object.entries(optimizer.parameters)) {
        tensors[name] = { shape: tensor.shape.slice(1), data: (await read(tensor)).slice() };
      }
      return { config, tensors };
    },
    dispose() {
      optimizer.dispose();
      positions.dispose();
    },
  };
}
