// Rotary tables and causal masks by sequence length, made once each and kept until the model is disposed of.
import * as tf from '@tensorflow/tfjs-core';
import { causalMask } from '../ops/attention/attention';
import { rotaryTables, type RotaryTables } from '../ops/attention/rotary';
import type { ModelConfig } from './config';

export interface PositionTables {
  readonly rotary: RotaryTables;
  readonly mask: tf.Tensor3D;
}

export interface Positions {
  /** Tables for sequences of T positions. */
  of(T: number): PositionTables;
  dispose(): void;
}

export function createPositions(config: ModelConfig): Positions {
  const made = new Map<number, PositionTables>();
  const headDim = config.hidden_size / config.num_attention_heads;
  return {
    of(T) {
      let tables = made.get(T);
      if (!tables) {
        // Kept: the first use may lie inside somebody's tidy.
        tables = { rotary: rotaryTables(T, headDim, config.rope_theta), mask: causalMask(T) };
        for (const tensor of [tables.mask, ...Object.values(tables.rotary)]) tf.keep(tensor as tf.Tensor);
        made.set(T, tables);
      }
      return tables;
    },
    dispose() {
      for (const tables of made.values()) {
        tf.dispose([tables.mask, tables.rotary.cos, tables.rotary.sin, tables.rotary.quarterTurn]);
      }
      made.clear();
    },
  };
}
