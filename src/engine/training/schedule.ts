// The learning rate over a run.
import type { Schedule } from './types';

/**
 * The factor in (0, 1] by which the peak learning rate is multiplied in step `step` (from 1):
 * a linear warm-up, then constant, linear or cosine decay to zero after the last step.
 */
export function learningRateFactor(step: number, schedule: Pick<Schedule, 'steps' | 'warmupSteps' | 'decay'>): number {
  const { steps, warmupSteps, decay } = schedule;
  if (step <= warmupSteps) return step / warmupSteps;
  if (decay === 'constant') return 1;
  const progress = Math.min(1, (step - 1 - warmupSteps) / Math.max(1, steps - warmupSteps));
  return decay === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
}
