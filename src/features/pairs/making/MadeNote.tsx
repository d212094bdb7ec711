// One line over a dataset that the lab has made: how, and what to do with it next.
import { Button } from '../../../components/Button';
import { madeTitle } from '../../../components/datasetKinds';
import { faultsText } from '../../../components/judge/JudgeFaults';
import { goTo, reviseDatasetLink } from '../../../components/links';
import { t } from '../../../components/text';
import { readMade, type Made } from '../../../lab/making/provenance';
import { isJudged } from '../../../lab/making/spec';
import type { DatasetInfo } from '../../../storage/pairs/protocol';
import { changeSetup } from '../../../stores/reviseSetup';
import { judgeLink } from '../links';
import styles from './making.module.css';

/** The model, as people know it. */
export function modelText({ model }: Pick<Made, 'model'>): string {
  if (typeof model === 'string') return t('the model that ships');
  return t('{label} of “{name}” at step {step}', { label: model.label, name: model.name, step: model.step });
}

/** The judge, as people know it. */
export const judgeText = ({ judge }: Pick<Made, 'judge'>): string => (judge === undefined ? '' : faultsText(judge)) || t('without faults');

/** Leads to where a person's own reviser or judge, an API included, takes the town's place. */
export function AnotherJudge({ id, kind }: { readonly id: string; readonly kind: Made['kind'] }) {
  const judged = isJudged(kind);
  return (
    <Button
      kind="quiet"
      onPress={() => {
        changeSetup({ job: judged ? 'judge' : 'revise' });
        goTo(reviseDatasetLink(id));
      }}
    >
      {judged ? t('Another judge …') : t('Another reviser …')}
    </Button>
  );
}

export function MadeNote({ info }: { readonly info: DatasetInfo }) {
  const made = readMade(info.provenance);
  if (made === undefined) return null;
  return (
    <div className={styles.made}>
      <p>
        {t('Made here: {title}, from {model}', { title: madeTitle({ ...made, tuning: false }), model: modelText(made) })}
        {isJudged(made.kind) && ` · ${t('judge: {judge}', { judge: judgeText(made) })}`}
      </p>
      {isJudged(made.kind) && (
        <Button kind="quiet" onPress={() => goTo(judgeLink(info.id))}>
          {t('What the judge prefers …')}
        </Button>
      )}
      <AnotherJudge id={info.id} kind={made.kind} />
    </div>
  );
}
