// A pair over the run: what its shared and its edited tokens come to, on either side, after each evaluation.
import { Chart } from '../../../components/chart/Chart';
import { ChartFigure } from '../../../components/chart/ChartFigure';
import type { Look } from '../../../components/chart/palette';
import type { Series } from '../../../components/chart/series';
import { t } from '../../../components/text';
import { seriesTable } from '../seriesTable';
import { sides, splitOf, type PairHistory } from './tokenChange';

/** Lines of shared tokens have this much ink in them, in percent; those of edited ones are the objective's own colour. */
const SHARED_TONE = 60;

function linesOf({ steps, at }: PairHistory, { color }: Look): Series[] {
  const labels = {
    chosen: { shared: t('winner, shared'), edited: t('winner, edited') },
    rejected: { shared: t('loser, shared'), edited: t('loser, edited') },
  };
  return sides.flatMap((side) => {
    const splits = at.map((pair) => splitOf(pair[side]));
    return (['shared', 'edited'] as const).map((part): Series => ({
      id: `${side} ${part}`,
      label: labels[side][part],
      color,
      tone: part === 'shared' ? SHARED_TONE : 0,
      marker: part === 'shared' ? 'square' : 'circle',
      dashed: side === 'rejected',
      past: false,
      steps,
      mean: splits.map((split) => split[part]),
      stops: [],
    }));
  });
}

interface PairOverRunProps {
  readonly history: PairHistory;
  /** The policy's. */
  readonly name: string;
  readonly look: Look;
  /** The last step of the run. */
  readonly steps: number;
  readonly onPick: (step: number) => void;
}

export function PairOverRun({ history, name, look, steps, onPick }: PairOverRunProps) {
  const series = linesOf(history, look);
  const title = t('This pair over the run');
  const unit = t('{name}: change against the reference, nats, summed over tokens', { name });
  return (
    <ChartFigure size="big" title={title} unit={unit} table={() => seriesTable(unit, series, 4)}>
      <Chart big labelRoom={6.5} name={`${title}: ${unit}`} series={series} steps={steps} group="compare" digits={2} reference={0} onPick={onPick} />
    </ChartFigure>
  );
}
