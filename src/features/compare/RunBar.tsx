// The controls of training and how far it has come. The one button that matters most is always at the same place.
import { Button } from '../../components/Button';
import { formatDuration } from '../../components/format';
import { PauseIcon, PlayIcon, StepIcon, StopIcon } from '../../components/icons';
import { Progress } from '../../components/Progress';
import { t } from '../../components/text';
import { useCurrentRun, useExperiment, useRun, useRuns } from '../../stores/hooks';
import { pause, resume, step, stop, train } from '../../stores/runActions';
import { canContinue, type PageRunState, type Run } from '../../stores/runs';
import { recipeProblem } from './experiment/check';
import { runName } from './runName';
import styles from './compare.module.css';

export function stateName(state: PageRunState): string {
  switch (state) {
    case 'preparing':
      return t('Preparing');
    case 'training':
      return t('Training');
    case 'paused':
      return t('Paused');
    case 'finished':
      return t('Finished');
    case 'stopped':
      return t('Stopped');
    case 'failed':
      return t('Failed');
    case 'interrupted':
      return t('Interrupted');
    case 'elsewhere':
      return t('Training in another tab');
  }
}

/** Milliseconds that are left at the pace of this page's steps; undefined while that is a guess. */
export function timeLeft(run: Run): number | undefined {
  if (run.pace === undefined || run.step - run.pace.step < 2) return undefined;
  const perStep = (run.elapsedMs - run.pace.elapsedMs) / (run.step - run.pace.step);
  return perStep * (run.recipe.schedule.steps - run.step);
}

function Standing({ run }: { readonly run: Run }) {
  const { steps } = run.recipe.schedule;
  const left = run.state === 'training' ? timeLeft(run) : undefined;
  const parts = [
    stateName(run.state),
    t('step {step} of {steps}', { step: run.step, steps }),
    ...(left === undefined ? [] : [t('{time} left', { time: formatDuration(left) })]),
    ...(run.elapsedMs > 0 ? [t('{time} trained', { time: formatDuration(run.elapsedMs) })] : []),
  ];
  return (
    <div className={styles.standing}>
      <div className={styles.standingText}>
        <span className={styles.runName}>{runName(run.name)}</span>
        <span data-testid="standing">{parts.join(' · ')}</span>
      </div>
      <Progress label={t('Training progress')} value={run.step} max={steps} />
      {run.detail !== undefined && (
        <p className={styles.detail}>
          {t(run.detail.template, run.detail.values)}
        </p>
      )}
    </div>
  );
}

export function RunBar() {
  const recipe = useExperiment((state) => state.recipe);
  const active = useRun(useRuns((state) => state.activeId));
  const current = useCurrentRun();
  const shown = active ?? current;
  const problem = recipeProblem(recipe);
  const paused = active?.state === 'paused';
  const running = active !== undefined && !paused;
  const goOn = active === undefined && current !== undefined && canContinue(current) ? current : undefined;

  return (
    <div className={styles.runBar} role="toolbar" aria-label={t('Training')}>
      {active === undefined && (
        <Button kind="primary" isDisabled={problem !== undefined} onPress={() => train(recipe)}>
          <PlayIcon /> {t('Train')}
        </Button>
      )}
      {running && (
        <Button kind="primary" isDisabled={active.state === 'preparing'} onPress={pause}>
          <PauseIcon /> {t('Pause')}
        </Button>
      )}
      {paused && (
        <Button kind="primary" onPress={() => void resume()}>
          <PlayIcon /> {t('Continue')}
        </Button>
      )}
      <Button isDisabled={running || (active === undefined && problem !== undefined)} onPress={() => step(recipe)}>
        <StepIcon /> {t('Step')}
      </Button>
      <Button isDisabled={active === undefined} onPress={stop}>
        <StopIcon /> {t('Stop')}
      </Button>
      {goOn !== undefined && (
        <Button onPress={() => void resume()}>{t('Continue from step {step}', { step: goOn.checkpointStep ?? 0 })}</Button>
      )}
      {shown !== undefined && <Standing run={shown} />}
      {shown === undefined && (
        <p className={styles.standing}>
          {t('{count, plural, one {# policy} other {# policies}} will start from one reference and see the same batches.', {
            count: recipe.cohort.length * recipe.seeds.length,
          })}
        </p>
      )}
    </div>
  );
}
