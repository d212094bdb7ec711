// What policies that were trained on a judge's pairs have made of its taste: their answers beside the reference's.
import { Button } from '../../../components/Button';
import { looksOf, seriesColor } from '../../../components/chart/palette';
import { Progress } from '../../../components/Progress';
import { t } from '../../../components/text';
import { policiesOf } from '../../../lab/recipe';
import { traits, type JudgeBias, type Shift } from '../../../lab/study/bias';
import { useJudgeBias, useRuns } from '../../../stores/hooks';
import { cancelShifts, measureShifts, runsOn, type Judged } from '../../../stores/judgeBias';
import type { Run } from '../../../stores/runs';
import { inheritanceSentence } from './biasWords';
import { Difference, formatTrait, traitName } from './InPairs';
import styles from './making.module.css';

interface RunPartProps {
  readonly run: Run;
  readonly fair: boolean;
  readonly bias: JudgeBias;
}

function ShiftTable({ run, shifts }: { readonly run: Run; readonly shifts: readonly Shift[] }) {
  const policies = policiesOf(run.recipe);
  const looks = looksOf(run.recipe.cohort.map((member) => member.objective));
  const several = run.recipe.seeds.length > 1;
  return (
    <div className={styles.tables} tabIndex={0} role="group" aria-label={run.name}>
      <table className={styles.table}>
        <caption>{t('Answers to {count, plural, one {# prompt} other {# prompts}} of the benchmark, and the difference from the reference with 95 % bootstrap intervals', { count: shifts[0]?.prompts ?? 0 })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Policy')}</th>
            {traits.map((trait) => (
              <th scope="col" key={trait}>
                {traitName(trait)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shifts[0] !== undefined && (
            <tr>
              <th scope="row">{t('reference')}</th>
              {traits.map((trait) => (
                <td key={trait}>{formatTrait(trait, shifts[0]![trait].reference)}</td>
              ))}
            </tr>
          )}
          {shifts.map((shift) => {
            const { label, seed, memberIndex } = policies[shift.policy]!;
            return (
              <tr key={shift.policy}>
                <th scope="row">
                  <span className={styles.swatch} style={{ background: seriesColor(looks[memberIndex]!) }} aria-hidden="true" />
                  {several ? t('{name}, seed {seed}', { name: label, seed }) : label}
                </th>
                {traits.map((trait) => (
                  <td key={trait}>
                    {formatTrait(trait, shift[trait].own)}
                    {' · '}
                    <Difference trait={trait} value={shift[trait].difference} />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function RunPart({ run, fair, bias }: RunPartProps) {
  const shifts = useJudgeBias((state) => state.shifts[run.id]);
  const asking = useJudgeBias((state) => state.asking);
  const busy = useRuns((state) => state.activeId !== undefined);
  const policies = policiesOf(run.recipe);
  return (
    <li className={styles.run}>
      <div className={styles.runHead}>
        <h4>{run.name}</h4>
        <span className={styles.note}>{fair ? t('judged without faults') : t('this judge')}</span>
        {asking?.runId === run.id ? (
          <Button onPress={cancelShifts}>{t('Cancel')}</Button>
        ) : (
          <Button isDisabled={busy || asking !== undefined || run.checkpointStep === undefined} onPress={() => void measureShifts(run.id)}>
            {t('Measure its answers')}
          </Button>
        )}
      </div>
      {asking?.runId === run.id && <Progress label={t('The policies answer')} value={asking.share} max={1} />}
      {shifts !== undefined && (
        <>
          <ShiftTable run={run} shifts={shifts} />
          {fair ? (
            <p className={styles.note}>{t('What changes here as well is no fault of the judge’s.')}</p>
          ) : (
            <ul className={styles.said}>
              {shifts.flatMap((shift) => traits.map((trait) => <li key={`${shift.policy} ${trait}`}>{inheritanceSentence(trait, bias, policies[shift.policy]!.label, shift)}</li>))}
            </ul>
          )}
        </>
      )}
    </li>
  );
}

export function InPolicies({ judged, bias }: { readonly judged: Judged; readonly bias: JudgeBias }) {
  const runs = useRuns((state) => state.runs);
  const found = runsOn(judged, runs);
  return (
    <section className={styles.card} aria-labelledby="judge-policies">
      <h3 id="judge-policies">{t('In the policies trained on it')}</h3>
      {found.length === 0 ? (
        <p className={styles.note}>{t('No run here was trained on it yet.')}</p>
      ) : (
        <ul className={styles.runs}>
          {found.map(({ run, fair }) => (
            <RunPart key={run.id} run={run} fair={fair} bias={bias} />
          ))}
        </ul>
      )}
      <p className={styles.note}>
        {t('The rule: a taste counts where its 95 % interval leaves out 0. It is amplified where the ratio of the policy’s change to the judge’s difference lies above 1 with its whole interval, inherited in part where it lies below 1, and inherited in between. A policy answers alone, so a taste for position cannot be seen in it.')}
      </p>
    </section>
  );
}
