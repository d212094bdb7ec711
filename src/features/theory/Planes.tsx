// The planes with what they show: one loss, two side by side, or their difference; and a run upon them.
import { memo, useMemo } from 'react';
import { Segments } from '../../components/Check';
import { Select } from '../../components/Select';
import { t } from '../../components/text';
import type { Field } from '../../engine/objectives';
import { useTheory, useTheoryRun } from '../../stores/hooks';
import { changeTheory, reaches, type Shade, type View } from '../../stores/theory';
import type { Drawing } from './drawField';
import { LinkButton } from './LinkButton';
import { pointAt, useBoth, useField, type Looked, type LookedAt } from './looked';
import { PairFields } from './PairFields';
import { Plane } from './Plane';
import { RunControls } from './RunControls';
import { difference, largest, strengthOf } from './strength';
import type { RunOnPlane } from './useRunOnPlane';
import styles from './theory.module.css';

function viewName(view: View): string {
  return view === 'one' ? t('One') : view === 'beside' ? t('Side by side') : t('Difference');
}

function shadeName(shade: Shade): string {
  return shade === 'both' ? t('Both sides') : shade === 'winner' ? t('Winner') : t('Loser');
}

function shadeText(shade: Shade): string {
  return shade === 'both' ? t('push on both sides, per β') : shade === 'winner' ? t('push on the winner, per β') : t('push on the loser, per β');
}

export function Planes({ state, run }: { readonly state: LookedAt; readonly run: RunOnPlane }) {
  const { view, shade, reach } = state;
  const [one, other] = useBoth(state);
  const oneField = useField(one, one.pair, reach);
  // Two losses on one plane need one β for its rewards.
  const otherField = useField(other, view === 'difference' ? one.pair : other.pair, reach, view !== 'one');
  const shown = useTheoryRun((one) => one.shown);

  const drawings = useMemo(() => {
    const strengths = [oneField && strengthOf(oneField, shade, one.pair.beta), otherField && strengthOf(otherField, shade, view === 'difference' ? one.pair.beta : other.pair.beta)];
    // Planes that are compared share one shade.
    const most = Math.max(...(view === 'one' ? strengths.slice(0, 1) : strengths).map((values) => (values ? largest(values) : 0)));
    const drawing = (field: Field | undefined, strength: readonly number[] | undefined, pair: Looked['pair'], deepest: number): Drawing | undefined =>
      field && strength && { field, strength, most: deepest, limits: [-pair.referenceChosen * pair.beta, -pair.referenceRejected * pair.beta] };
    if (view === 'difference') {
      const field = oneField && otherField && difference(oneField, otherField);
      const strength = field && strengthOf(field, shade, one.pair.beta);
      return [drawing(field, strength, one.pair, strength ? largest(strength) : 0)];
    }
    const both = [drawing(oneField, strengths[0], one.pair, most), drawing(otherField, strengths[1], other.pair, most)];
    return view === 'one' ? both.slice(0, 1) : both;
  }, [oneField, otherField, shade, view, one.pair, other.pair]);

  return (
    <section className={styles.card} aria-label={t('The plane of rewards')}>
      <Bar />
      <div className={styles.planes} data-count={drawings.length}>
        {drawings.map((drawing, i) => {
          const { beta } = (view === 'beside' ? [one, other][i]! : one).pair;
          return drawing ? (
            <Plane
              key={i}
              title={view === 'difference' ? t('{one} less {other}', { one: one.label, other: other.label }) : [one, other][i]!.label}
              color={view === 'difference' ? 'var(--reference)' : [one, other][i]!.color}
              drawing={drawing}
              beta={beta}
              point={pointAt(state, beta)}
              shadeText={shadeText(shade)}
              stale={view === 'difference' ? (one.mistake ?? other.mistake) !== undefined : [one, other][i]!.mistake !== undefined}
              run={shown ? run : undefined}
            />
          ) : (
            <p key={i} className={styles.note}>{t('Nothing can be drawn until the formula has been understood once.')}</p>
          );
        })}
      </div>
      <p className={styles.note}>
        {view === 'difference'
          ? t('Arrows: where the first loss pushes beyond the second. Lines: equal difference of the losses. Both on the first one’s β.')
          : t('Arrows: where a step of training moves the pair’s two log-probabilities. Lines: equal loss. Hatched: a probability above 1, which no policy reaches.')}
      </p>
      <RunControls run={run} point={pointAt(state, one.pair.beta)} beta={one.pair.beta} />
      <PairFields pair={state.pair} fixed={state.ratios !== undefined} />
      <div className={styles.buttons}>
        <LinkButton state={state} />
      </div>
    </section>
  );
}

/** What the planes show; not drawn again for every point of theirs. */
const Bar = memo(function Bar() {
  const view = useTheory((state) => state.view);
  const shade = useTheory((state) => state.shade);
  const reach = useTheory((state) => state.reach);
  return (
    <div className={styles.bar}>
      <Segments label={t('What the plane shows')} value={view} options={(['one', 'beside', 'difference'] as const).map((id) => ({ id, name: viewName(id) }))} onChange={(id) => changeTheory({ view: id })} />
      <Segments label={t('What the shade shows')} value={shade} options={(['both', 'winner', 'loser'] as const).map((id) => ({ id, name: shadeName(id) }))} onChange={(id) => changeTheory({ shade: id })} />
      <Select
        inline
        label={t('Reach')}
        value={String(reach)}
        options={reaches.map((value) => ({ id: String(value), name: `±${value}` }))}
        onChange={(id) => changeTheory({ reach: reaches.find((value) => String(value) === id) ?? 4 })}
      />
    </div>
  );
});
