// What a run shows, as sentences computed from its rows: where winners and losers end against the reference, and who
// rose and fell again. Used above the curves and by the live region.
import { formatFixed } from '../../components/format';
import { t } from '../../components/text';
import { isOver, type Run } from '../../stores/runs';
import { collapseOf } from './collapse';
import { drawnRuns, latestOf, linesOf } from './curves';

/** Changes smaller than this are not worth a word, in nats. */
const NOTHING = 0.05;
/** A peak is told when the fall after it is at least this, in nats. */
const TURN = 0.5;
/** The deepest falls are told. */
const MOST_TURNS = 2;

function standing(name: string, change: number, first: boolean, ended: boolean): string {
  const values = { name, nats: formatFixed(Math.abs(change), 1) };
  if (Math.abs(change) < NOTHING) {
    return first ? t('{name}’s winners are where the reference has them', values) : t('{name}’s where the reference has them', values);
  }
  if (!first) {
    return change < 0 ? t('{name}’s {nats} below', values) : t('{name}’s {nats} above', values);
  }
  if (ended) {
    return change < 0
      ? t('{name}’s winners end {nats} nats below the reference', values)
      : t('{name}’s winners end {nats} nats above the reference', values);
  }
  return change < 0
    ? t('{name}’s winners stand {nats} nats below the reference', values)
    : t('{name}’s winners stand {nats} nats above the reference', values);
}

/** Sentences about the run, most important first; none before there is something to say. */
export function outcomeOf(run: Run): string[] {
  const reference = run.start?.reference;
  const chosenReference = reference?.['eval_logps/chosen'];
  const rejectedReference = reference?.['eval_logps/rejected'];
  if (run.table === undefined || chosenReference === undefined || rejectedReference === undefined || run.step === 0) return [];
  const drawn = drawnRuns(run, [])[0]!;
  const winners = latestOf(run, 'eval_logps/chosen').flatMap((value, m) =>
    value === undefined ? [] : [{ name: drawn.labels[m]!, change: value - chosenReference }],
  );
  const evaluated = linesOf(drawn, 'eval_logps/chosen').some((line) => (line.steps.at(-1) ?? 0) > 0);
  if (winners.length === 0 || !evaluated) return [];
  const sentences: string[] = [];

  winners.sort((a, b) => a.change - b.change);
  // With many members the extremes tell the story; the chart has the rest.
  const told = winners.length > 4 ? [winners[0]!, winners.at(-1)!] : winners;
  const ended = isOver(run.state);
  sentences.push(`${told.map((one, i) => standing(one.name, one.change, i === 0, ended)).join('; ')}.`);

  const turns = linesOf(drawn, 'eval_logps/chosen')
    .map((line) => {
      const peak = Math.max(...line.mean);
      const at = line.mean.indexOf(peak);
      return { name: line.label, rise: peak - chosenReference, fall: peak - line.mean.at(-1)!, step: line.steps[at]! };
    })
    .filter(({ rise, fall }) => rise > TURN && fall > TURN)
    .sort((a, b) => b.fall - a.fall);
  for (const { name, rise, fall, step } of turns.slice(0, MOST_TURNS)) {
    sentences.push(
      t('{name}’s rose by {rise} until step {step} and then fell by {fall}.', {
        name,
        rise: formatFixed(rise, 1),
        step,
        fall: formatFixed(fall, 1),
      }),
    );
  }

  const losers = latestOf(run, 'eval_logps/rejected').flatMap((value) => (value === undefined ? [] : [value - rejectedReference]));
  const lowest = Math.min(...losers);
  const highest = Math.max(...losers);
  if (losers.length > 1 && highest < -NOTHING) {
    const least = formatFixed(-highest, 1);
    const most = formatFixed(-lowest, 1);
    sentences.push(
      least === most
        ? t('Losers fell under every objective, by about {most} nats.', { most })
        : t('Losers fell under every objective, by {least} to {most} nats.', { least, most }),
    );
  }
  sentences.push(...collapseOf(run));
  if (run.stops.length > 0) {
    sentences.push(
      t('{count, plural, one {# policy was} other {# policies were}} stopped early; the cross on the curve tells why.', {
        count: run.stops.length,
      }),
    );
  }
  return sentences;
}
