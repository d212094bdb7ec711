// Which run stands on the planes, up to which step, and the way to one of its pairs for whoever does not point at it.
import { Button } from '../../components/Button';
import { Check } from '../../components/Check';
import { DataTableButton } from '../../components/DataTable';
import { Select } from '../../components/Select';
import { Slider } from '../../components/Slider';
import { t } from '../../components/text';
import { useRuns, useTheoryRun } from '../../stores/hooks';
import { chooseRunOnPlane, chooseStep, putUnderLens, showRunDots } from '../../stores/theoryRun';
import { nearestDot } from './runDots';
import { runTable } from './runTable';
import type { RunOnPlane } from './useRunOnPlane';
import styles from './theory.module.css';

/** No run has this id. */
const ON_SCREEN = 'on screen';

export interface RunControlsProps {
  readonly run: RunOnPlane;
  /** Where the lens is now, in rewards by this β. */
  readonly point: readonly [number, number];
  readonly beta: number;
}

export function RunControls({ run, point, beta }: RunControlsProps) {
  const runs = useRuns((state) => state.runs);
  const shown = useTheoryRun((state) => state.shown);
  const wanted = useTheoryRun((state) => state.runId);
  if (run.runId === undefined) return null;
  const { steps, step, policies, pairs, lens } = run;
  const at = Math.max(0, steps.findLastIndex((one) => one <= step));
  const options = [
    { id: ON_SCREEN, name: t('The run on screen') },
    ...runs.filter((one) => one.start !== undefined).map((one) => ({ id: one.id, name: one.name, description: t('{step} of {steps} steps', { step: one.step, steps: one.recipe.schedule.steps }) })),
  ];
  const take = (): void => {
    const found = nearestDot(policies.map(({ dots }) => dots), [point[0] / beta, point[1] / beta], Infinity);
    if (found !== undefined) void putUnderLens({ runId: run.runId!, policy: policies[found.list]!.index, place: found.place });
  };
  return (
    <div className={styles.run}>
      <div className={styles.runHead}>
        <Check isSelected={shown} onChange={showRunDots}>{t('Held-out pairs of a run, and their mean')}</Check>
        {shown && pairs > 0 && <DataTableButton title={t('Held-out pairs')} table={() => runTable(run)} />}
      </div>
      {shown && (
        <>
          <Select
            label={t('Run on the plane')}
            value={options.some(({ id }) => id === wanted) ? wanted! : ON_SCREEN}
            options={options}
            onChange={(id) => void chooseRunOnPlane(id === ON_SCREEN ? undefined : id)}
          />
          {steps.length > 1 && (
            <Slider
              label={t('Up to step')}
              value={at}
              min={0}
              max={steps.length - 1}
              step={1}
              text={String(steps[at])}
              onChange={(next) => chooseStep(next >= steps.length - 1 ? undefined : steps[next])}
            />
          )}
          {pairs > 0 && lens === undefined && <Button onPress={take}>{t('Look at one pair')}</Button>}
          <p className={styles.note}>
            {pairs > 0
              ? t('Each dot is a held-out pair under one policy, in the colour of its objective, placed by the plane’s own β. Press one to follow it.')
              : steps.length > 0
                ? t('Of this run there are no single pairs to see: they were too many to keep, or it did not begin at the reference. The line is their mean.')
                : t('Nothing has been judged on held-out pairs in this run yet.')}
          </p>
        </>
      )}
    </div>
  );
}
