// Linear layer over the policy axis, forward and backward. Weights are stored as Hugging Face stores them, [out, in].
import * as tf from '@tensorflow/tfjs-core';

/** y = x wᵀ. x `[K, N, I]`, w `[K, O, I]` → `[K, N, O]`. */
export function linear(x: tf.Tensor3D, w: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(x, w, false, true);
}

/** dx = dy w, `[K, N, I]`. */
export function linearInputGradient(dy: tf.Tensor3D, w: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(dy, w);
}

/** dw = dyᵀ x, `[K, O, I]`. */
export function linearWeightGradient(dy: tf.Tensor3D, x: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(dy, x, true, false);
}
