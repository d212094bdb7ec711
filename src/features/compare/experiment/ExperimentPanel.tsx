// The experiment being set up: data, cohort, seeds, schedule; and ways to fetch, keep and pass on a whole recipe.
import { useEffect, useState } from 'react';
import { Button } from '../../../components/Button';
import { looksOf } from '../../../components/chart/palette';
import { Disclosure } from '../../../components/Disclosure';
import { PlusIcon } from '../../../components/icons';
import { NumberInput } from '../../../components/NumberInput';
import { Select } from '../../../components/Select';
import { t } from '../../../components/text';
import { TextInput } from '../../../components/TextInput';
import { MAX_POLICIES, type Recipe } from '../../../lab/recipe';
import { addMember, changeRecipe, policiesLeft } from '../../../stores/experiment';
import { listDatasets } from '../../../stores/datasets';
import { useDatasets, useExperiment } from '../../../stores/hooks';
import { storedId, storedName } from '../../../stores/storedPairs';
import { memberLabels } from '../curves';
import { InTurn } from '../../../components/InTurn';
import { MadeData, madeOptions, withDataset } from './MadeData';
import { MemberRow } from './MemberRow';
import { RecipeMenu } from './RecipeMenu';
import { readSeeds } from './seeds';
import { StartFrom } from './StartFrom';
import styles from './experiment.module.css';

type Data = Recipe['data'];
type Schedule = Recipe['schedule'];

const NO_CUT = 'leaveOut';

function DataSection({ data, seed, model }: { readonly data: Data; readonly seed: number; readonly model: string }) {
  const datasets = useDatasets((state) => state.datasets);
  const listed = useDatasets((state) => state.listed);
  const change = (part: Partial<Data>): void => changeRecipe({ data: { ...data, ...part } });
  const chosen = storedId(data.dataset);
  useEffect(() => {
    // At once where the choice needs a name; otherwise when the page has opened.
    const timer = setTimeout(() => void listDatasets(), chosen === undefined ? 1500 : 0);
    return () => clearTimeout(timer);
  }, [chosen]);
  const stored = datasets.map(({ id, name, trainPairs, heldOutPairs }) => ({
    id: storedName(id),
    name,
    description: t('Your own: {train} pairs for training, {heldOut} held out.', { train: trainPairs, heldOut: heldOutPairs }),
  }));
  const gone = chosen !== undefined && listed && !datasets.some(({ id }) => id === chosen);
  return (
    <div className={styles.group}>
      <StartFrom model={model} onChange={(next) => changeRecipe({ model: next })} />
      <Select
        label={t('Preference pairs')}
        value={data.dataset}
        onChange={(dataset) => changeRecipe({ data: withDataset(data, dataset) })}
        options={[
          {
            id: 'clair',
            name: t('CLAIR: minimal revisions'),
            description: t('The model’s own answer loses to a revision of itself that changes only what was wrong.'),
          },
          {
            id: 'off_policy',
            name: t('Off-policy, judged'),
            description: t('Two answers by other writers; a judge prefers one. They differ in much besides quality.'),
          },
          ...stored,
          ...madeOptions(data, seed),
          ...(chosen !== undefined && !datasets.some(({ id }) => id === chosen)
            ? [{ id: data.dataset, name: listed ? t('A dataset that is not stored here') : t('Looking for the dataset …') }]
            : []),
        ]}
      />
      <MadeData data={data} onChange={(next) => changeRecipe({ data: next })} />
      {gone && <p className={styles.problem}>{t('The recipe names a dataset that is not stored in this browser. Choose another, or import it again.')}</p>}
      {chosen !== undefined && (
        <Select
          inline
          label={t('Pairs that are too long')}
          value={data.overlong ?? NO_CUT}
          onChange={(overlong) => change({ overlong: overlong === NO_CUT ? undefined : overlong })}
          options={[
            { id: NO_CUT, name: t('leave out'), description: t('The run says how many.') },
            { id: 'keepStart', name: t('cut, keep the start'), description: t('Of the prompt; answers are never cut. The run says how many.') },
            { id: 'keepEnd', name: t('cut, keep the end'), description: t('Of the prompt; answers are never cut. The run says how many.') },
          ]}
        />
      )}
      <div className={styles.pairOfFields}>
        <NumberInput
          inline
          label={t('For training')}
          value={data.trainPairs}
          min={1}
          max={1_000_000}
          whole
          step={16}
          onChange={(trainPairs) => change({ trainPairs })}
        />
        <NumberInput
          inline
          label={t('Held-out')}
          value={data.heldOutPairs}
          min={1}
          max={100_000}
          whole
          step={16}
          onChange={(heldOutPairs) => change({ heldOutPairs })}
        />
      </div>
    </div>
  );
}

function SeedsField({ recipe }: { readonly recipe: Recipe }) {
  const written = recipe.seeds.join(', ');
  const [draft, setDraft] = useState<string | null>(null);
  const most = Math.floor(MAX_POLICIES / recipe.cohort.length);
  const read = draft === null ? recipe.seeds : readSeeds(draft, most);
  return (
    <div className={styles.seeds}>
      <TextInput
        label={t('Seeds')}
        value={draft ?? written}
        isInvalid={typeof read === 'string'}
        onBlur={() => {
          if (typeof read !== 'string') setDraft(null);
        }}
        onChange={(text) => {
          setDraft(text);
          const seeds = readSeeds(text, most);
          if (typeof seeds !== 'string') changeRecipe({ seeds });
        }}
      />
      <p className={styles.note}>
        {typeof read === 'string'
          ? read
          : t('{policies} of at most {most} policies. Several seeds draw a band.', {
              policies: recipe.cohort.length * recipe.seeds.length,
              most: MAX_POLICIES,
            })}
      </p>
    </div>
  );
}

function ScheduleSection({ recipe }: { readonly recipe: Recipe }) {
  const { schedule, evaluation } = recipe;
  const change = (part: Partial<Schedule>): void => changeRecipe({ schedule: { ...schedule, ...part } });
  return (
    <Disclosure
      title={t('Schedule')}
      summary={t('{steps} steps of {pairs} pairs', { steps: schedule.steps, pairs: schedule.batchSize })}
    >
      <div className={styles.stack}>
        <NumberInput inline label={t('Steps')} value={schedule.steps} min={1} max={100_000} whole step={10} onChange={(steps) => change({ steps })} />
        <NumberInput
          inline
          label={t('Pairs in a batch')}
          value={schedule.batchSize}
          min={1}
          max={512}
          whole
          step={1}
          onChange={(batchSize) => change({ batchSize })}
        />
        <NumberInput
          inline
          label={t('Evaluate every … steps')}
          value={evaluation.every}
          min={1}
          max={100_000}
          whole
          step={1}
          onChange={(every) => changeRecipe({ evaluation: { ...evaluation, every } })}
        />
        <NumberInput
          inline
          label={t('Prompts answered each time (0: none)')}
          value={evaluation.samples}
          min={0}
          max={256}
          whole
          step={4}
          onChange={(samples) => changeRecipe({ evaluation: { ...evaluation, samples } })}
        />
        <NumberInput
          inline
          label={t('Warm-up steps')}
          value={schedule.warmupSteps}
          min={0}
          max={100_000}
          whole
          step={1}
          onChange={(warmupSteps) => change({ warmupSteps })}
        />
        <Select
          inline
          label={t('Then')}
          value={schedule.decay}
          onChange={(decay) => change({ decay })}
          options={[
            { id: 'constant', name: t('constant') },
            { id: 'linear', name: t('linear decay') },
            { id: 'cosine', name: t('cosine decay') },
          ]}
        />
        <NumberInput
          inline
          label={t('Clip gradients at (0: never)')}
          value={schedule.maxGradNorm}
          min={0}
          step={0.5}
          onChange={(maxGradNorm) => change({ maxGradNorm })}
        />
        <NumberInput
          inline
          label={t('Weight decay')}
          value={schedule.weightDecay}
          min={0}
          max={10}
          step={0.01}
          onChange={(weightDecay) => change({ weightDecay })}
        />
      </div>
    </Disclosure>
  );
}

export function ExperimentPanel({ onPoint }: { readonly onPoint: (member: number | undefined) => void }) {
  const recipe = useExperiment((state) => state.recipe);
  const labels = memberLabels(recipe.cohort);
  const looks = looksOf(recipe.cohort.map((member) => member.objective));
  return (
    <div className={styles.panel}>
      <RecipeMenu />
      <DataSection data={recipe.data} seed={recipe.seeds[0]!} model={recipe.model} />
      <div className={styles.cohortHead}>
        <h2>{t('Cohort')}</h2>
        <Button kind="quiet" isDisabled={policiesLeft(recipe) < 1} onPress={addMember}>
          <PlusIcon /> {t('Add objective')}
        </Button>
      </div>
      <ul className={styles.cohort}>
        {recipe.cohort.map((member, index) => (
          <InTurn key={index}>
            <MemberRow
              index={index}
              member={member}
              label={labels[index]!}
              look={looks[index]!}
              canRemove={recipe.cohort.length > 1}
              onPoint={onPoint}
            />
          </InTurn>
        ))}
      </ul>
      <SeedsField recipe={recipe} />
      <ScheduleSection recipe={recipe} />
    </div>
  );
}
