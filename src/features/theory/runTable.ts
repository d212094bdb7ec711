// The dots of a run as a table, or the way of the pair under the lens: what the marks on the plane stand for.
import type { TableContent } from '../../components/DataTable';
import { formatChange } from '../../components/format';
import { t } from '../../components/text';
import type { RunOnPlane } from './useRunOnPlane';

/** In log-ratios, since rewards are by each plane's own β. */
export function runTable({ policies, step, lens }: RunOnPlane): TableContent {
  if (lens === undefined) {
    return {
      caption: t('Held-out pairs at step {step}: log-ratios against the reference, in nats.', { step }),
      columns: [t('Held-out pair'), ...policies.flatMap(({ label }) => [`${label}: ${t('Winner')}`, `${label}: ${t('Loser')}`])],
      rows: Array.from({ length: Math.max(0, ...policies.map(({ dots }) => dots.chosen.length)) }, (_, place) => [
        String(place + 1),
        ...policies.flatMap(({ dots }) => [formatChange(dots.chosen[place]), formatChange(dots.rejected[place])]),
      ]),
    };
  }
  const labels = new Map(policies.map(({ index, label }) => [index, label]));
  const steps = lens.ways.at(-1)!.moments.map((moment) => moment.step);
  return {
    caption: t('The way of held-out pair {number}: log-ratios against the reference, in nats.', { number: lens.lens.place + 1 }),
    columns: [t('Step'), ...lens.ways.flatMap(({ policy }) => [`${labels.get(policy)!}: ${t('Winner')}`, `${labels.get(policy)!}: ${t('Loser')}`])],
    rows: steps.map((one) => [
      String(one),
      ...lens.ways.flatMap(({ moments }) => {
        const now = moments.find((moment) => moment.step === one);
        return [formatChange(now?.ratios[0]), formatChange(now?.ratios[1])];
      }),
    ]),
  };
}
