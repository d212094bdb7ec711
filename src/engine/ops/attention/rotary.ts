// Rotary position embedding (Su et al. 2021, arXiv 2104.09864) in the half-split layout of Hugging Face's Llama.
import * as tf from '@tensorflow/tfjs-core';

/** Constants for one length and head width; they live as long as the model. */
export interface RotaryTables {
  /** cos and sin of every angle, `[1, T, d]`, the second half repeating the first. */
  readonly cos: tf.Tensor3D;
  readonly sin: tf.Tensor3D;
  /** The signed permutation that sends (x₁, x₂) to (−x₂, x₁), as a matrix `[d, d]` to multiply by from the right. */
  readonly quarterTurn: tf.Tensor2D;
}

/** Cosine and sine of every angle for T positions, head width d (even) and base θ: `[T, d]`, worked out in float64. */
export function rotaryAngles(T: number, d: number, theta: number): { cos: Float32Array; sin: Float32Array } {
  const half = d / 2;
  const angles = Float64Array.from({ length: T * d }, (_, i) => {
    const position = Math.floor(i / d);
    const pair = (i % d) % half;
    return position * theta ** (-pair / half);
  });
  return { cos: Float32Array.from(angles, Math.cos), sin: Float32Array.from(angles, Math.sin) };
}

/** Tables for T positions, head width d (even) and base θ. */
export function rotaryTables(T: number, d: number, theta: number): RotaryTables {
  const { cos, sin } = rotaryAngles(T, d, theta);
  return { cos: tf.tensor3d(cos, [1, T, d]), sin: tf.tensor3d(sin, [1, T, d]), quarterTurn: quarterTurn(d) };
}

/** The matrix of `RotaryTables` for head width d. */
export function quarterTurn(d: number): tf.Tensor2D {
  const half = d / 2;
  const turn = new Float32Array(d * d);
  for (let i = 0; i < half; i++) {
    turn[(i + half) * d + i] = -1;
    turn[i * d + i + half] = 1;
  }
  return tf.tensor2d(turn, [d, d]);
}

/**
 * Turns each pair of features by its position's angle: x cos + turn(x) sin. x `[B, T, d]`.
 * Products with 0 and ±1 are exact, so the matrix loses nothing against slicing and costs fewer passes.
 */
export function rotate(x: tf.Tensor3D, { cos, sin, quarterTurn }: RotaryTables): tf.Tensor3D {
  return tf.add(tf.mul(x, cos), tf.mul(turned(x, quarterTurn, false), sin));
}

/** The gradient of `rotate`: the turn the other way. */
export function rotateGradient(dy: tf.Tensor3D, { cos, sin, quarterTurn }: RotaryTables): tf.Tensor3D {
  return tf.add(tf.mul(dy, cos), turned(tf.mul(dy, sin), quarterTurn, true));
}

function turned(x: tf.Tensor3D, quarterTurn: tf.Tensor2D, back: boolean): tf.Tensor3D {
  const flat = tf.reshape(x, [-1, x.shape[2]]) as tf.Tensor2D;
  return tf.reshape(tf.matMul(flat, quarterTurn, false, back), x.shape);
}
