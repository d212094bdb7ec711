// An early warning: a policy that is falling apart rambles and no longer ends its answers. Sentences computed from the answers
// that a run has sampled at its evaluations.
import { t } from '../../components/text';
import type { Run } from '../../stores/runs';
import { latestOf, memberLabels } from './curves';

/**
 * Answers are too long when they are this many times as long as the reference's or, where those are longer, as the held-out
 * winners: whoever learns to answer like the winners may well answer at their length.
 */
const TOO_LONG = 1.5;
/** Too few answers end when their share is this far below the reference's. */
const TOO_FEW = 0.2;

/** The mean length of held-out winners in tokens, without their end tokens; undefined where the run does not tell. */
function winnersLength({ start }: Run): number | undefined {
  const starts = start?.heldOutTokens?.chosen.starts;
  return starts === undefined ? undefined : starts.at(-1)! / (starts.length - 1) - 1;
}

/** One sentence for each member of the cohort whose answers, in the mean over its seeds, have gone wrong. */
export function collapseOf(run: Run): string[] {
  const before = run.start?.reference['eval_samples/length'];
  const endedBefore = run.start?.reference['eval_samples/ended'];
  const winners = winnersLength(run);
  if (before === undefined || endedBefore === undefined) return [];
  const labels = memberLabels(run.recipe.cohort);
  const ended = latestOf(run, 'eval_samples/ended');
  return latestOf(run, 'eval_samples/length').flatMap((length, m) => {
    const share = ended[m];
    if (length === undefined || share === undefined) return [];
    // Without the winners nobody knows how long an answer should be.
    const grew = winners !== undefined && length >= TOO_LONG * Math.max(before, winners);
    const endless = share <= endedBefore - TOO_FEW;
    const values = { name: labels[m]!, from: Math.round(before), to: Math.round(length), percent: Math.round(100 * (1 - share)) };
    if (grew && endless) return [t('{name}’s answers grew from {from} to {to} tokens and {percent} % no longer end.', values)];
    if (grew) return [t('{name}’s answers grew from {from} to {to} tokens.', values)];
    return endless ? [t('{percent} % of {name}’s answers no longer end.', values)] : [];
  });
}
