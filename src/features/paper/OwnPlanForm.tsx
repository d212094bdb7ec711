// The choices of a plan of one's own.
import { Check } from '../../components/Check';
import { kindSentence, kindTitle } from '../../components/datasetKinds';
import { NumberInput } from '../../components/NumberInput';
import { t } from '../../components/text';
import { datasetKinds } from '../../lab/making/spec';
import { objectiveName, studyMembers } from '../../lab/study/plan';
import { secondFrom, type OwnPlan } from './choice';
import styles from './paper.module.css';

/** In the order of all, with one more or one less. */
function toggled<T>(all: readonly T[], chosen: readonly T[], one: T): T[] {
  return all.filter((other) => (other === one ? !chosen.includes(one) : chosen.includes(other)));
}

export function OwnPlanForm({ own, onChange }: { readonly own: OwnPlan; readonly onChange: (change: Partial<OwnPlan>) => void }) {
  const objectives = studyMembers.map(({ objective }) => objective);
  const from = secondFrom(own);
  return (
    <div className={styles.own}>
      <div role="group" aria-label={t('Datasets')} className={styles.checks}>
        {datasetKinds.map((kind) => (
          <span key={kind} title={kindSentence(kind)}>
            <Check isSelected={own.datasets.includes(kind)} onChange={() => onChange({ datasets: toggled(datasetKinds, own.datasets, kind) })}>
              {kindTitle(kind)}
            </Check>
          </span>
        ))}
      </div>
      <div role="group" aria-label={t('Objectives')} className={styles.checks}>
        {objectives.map((id) => (
          <Check key={id} isSelected={own.objectives.includes(id)} onChange={() => onChange({ objectives: toggled(objectives, own.objectives, id) })}>
            {objectiveName(id)}
          </Check>
        ))}
      </div>
      <div className={styles.sizes}>
        <NumberInput label={t('Seeds')} value={own.seeds} min={1} max={16} whole step={1} onChange={(seeds) => onChange({ seeds })} />
        <NumberInput label={t('Training pairs')} value={own.train} min={1} max={2000} whole onChange={(train) => onChange({ train })} />
        <NumberInput label={t('Held-out pairs')} value={own.heldOut} min={1} max={1000} whole onChange={(heldOut) => onChange({ heldOut })} />
        <NumberInput label={t('Steps')} value={own.steps} min={1} max={10_000} whole onChange={(steps) => onChange({ steps })} />
        <NumberInput label={t('Benchmark prompts')} value={own.prompts} min={1} max={2000} whole onChange={(prompts) => onChange({ prompts })} />
      </div>
      {from !== undefined && (
        <Check isSelected={own.secondRound} onChange={(secondRound) => onChange({ secondRound })}>
          {t('A second round from {objective} on {dataset}', { objective: objectiveName(from.objective), dataset: kindTitle(from.dataset) })}
        </Check>
      )}
    </div>
  );
}
