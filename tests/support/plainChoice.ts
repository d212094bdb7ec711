// The choice of a token as a textbook has it: all tokens sorted by weight. Tests hold the fast forms to it.
import type { ChoiceOptions } from '../../src/engine/model/chooseToken';

export function plainChoice(logits: Float32Array, { temperature, topK, topP, greedy }: ChoiceOptions, uniform: number): number {
  const top = Math.max(...logits);
  if (greedy || temperature <= 0) return logits.indexOf(top);
  const weights = Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  let order = [...weights.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b);
  if (topK > 0) order = order.slice(0, topK);
  let total = order.reduce((sum, v) => sum + weights[v]!, 0);
  if (topP < 1) {
    let mass = 0;
    const enough = order.findIndex((v) => (mass += weights[v]!) >= topP * total);
    order = order.slice(0, enough + 1);
    total = mass;
  }
  let left = uniform * total;
  return order.find((v) => (left -= weights[v]!) < 0) ?? order.at(-1)!;
}
