// Policies of the run on screen that were stopped because their numbers broke: what is kept of each, and the offer to go
// on from there with a lower learning rate.
import { useState } from 'react';
import { Button } from '../../components/Button';
import { formatCompact } from '../../components/format';
import { NumberInput } from '../../components/NumberInput';
import { Select } from '../../components/Select';
import { t } from '../../components/text';
import { canBranch, LOWER_BY } from '../../lab/branch';
import type { PolicyStop } from '../../lab/protocol';
import { policiesOf } from '../../lab/recipe';
import { branch } from '../../stores/branches';
import { useCurrentRun, useRuns } from '../../stores/hooks';
import type { Run } from '../../stores/runs';
import { memberLabels } from './curves';
import { engineWords } from './engineWords';
import styles from './stopped.module.css';

interface Stopped {
  readonly stop: PolicyStop;
  readonly label: string;
  readonly learningRate: number;
}

/** The run's stopped policies with their names; the seed tells policies of one member apart. */
function stoppedOf({ recipe, stops }: Run): Stopped[] {
  const policies = policiesOf(recipe);
  const labels = memberLabels(recipe.cohort);
  return stops.flatMap((stop) => {
    const policy = policies[stop.policy];
    if (policy === undefined) return [];
    const label = labels[policy.memberIndex]!;
    return [{ stop, label: recipe.seeds.length > 1 ? t('{name}, seed {seed}', { name: label, seed: policy.seed }) : label, learningRate: policy.member.learningRate }];
  });
}

function whatIsKept({ stop, label }: Stopped): string {
  const values = { name: label, step: stop.step, reason: engineWords(stop.reason), kept: stop.keptStep ?? 0 };
  if (!canBranch(stop)) return t('{name} was stopped at step {step}. {reason}', values);
  return stop.keptStep === 0
    ? t('{name} was stopped at step {step} and set back to the reference. {reason}', values)
    : t('{name} was stopped at step {step} and set back to step {kept}, where it was sound. {reason}', values);
}

function nameOf({ stop, label }: Stopped, learningRate: number): string {
  const values = { name: label, step: stop.keptStep ?? 0, rate: formatCompact(learningRate) };
  return stop.keptStep === 0
    ? t('{name}, learning rate {rate}', values)
    : t('{name} from step {step}, learning rate {rate}', values);
}

function Offer({ run, stopped }: { readonly run: Run; readonly stopped: readonly Stopped[] }) {
  const [policy, setPolicy] = useState(stopped[0]!.stop.policy);
  const chosen = stopped.find((one) => one.stop.policy === policy) ?? stopped[0]!;
  const [rates, setRates] = useState<Readonly<Record<number, number>>>({});
  const learningRate = rates[chosen.stop.policy] ?? Number((chosen.learningRate / LOWER_BY).toPrecision(12));
  const busy = useRuns((state) => state.activeId !== undefined);
  return (
    <div className={styles.offer}>
      {stopped.length > 1 && (
        <Select
          label={t('Policy')}
          value={String(chosen.stop.policy)}
          onChange={(id) => setPolicy(Number(id))}
          options={stopped.map(({ stop, label }) => ({ id: String(stop.policy), name: label }))}
        />
      )}
      <NumberInput
        inline
        label={t('Learning rate')}
        value={learningRate}
        min={0}
        exclusiveMin
        max={chosen.learningRate}
        onChange={(value) => setRates((all) => ({ ...all, [chosen.stop.policy]: value }))}
      />
      <Button
        isDisabled={busy}
        onPress={() => void branch({ runId: run.id, policy: chosen.stop.policy, learningRate, name: nameOf(chosen, learningRate).slice(0, 120) })}
      >
        {t('Resume with a lower learning rate')}
      </Button>
      {busy && <span className={styles.note}>{t('when the run under way is over')}</span>}
    </div>
  );
}

export function StoppedPolicies() {
  const run = useCurrentRun();
  if (run === undefined || run.stops.length === 0) return null;
  const stopped = stoppedOf(run);
  const able = stopped.filter(({ stop }) => canBranch(stop));
  return (
    <div className={styles.panel}>
      {stopped.map((one) => (
        <p key={one.stop.policy}>{whatIsKept(one)}</p>
      ))}
      {able.length > 0 && <Offer key={run.id} run={run} stopped={able} />}
    </div>
  );
}
