// Carries the re-enactment out here: what is to be done and how long that may take, how far the queue is, and the way on after
// a pause or a reload.
import { useMemo, useState } from 'react';
import { Button } from '../../components/Button';
import { Segments } from '../../components/Check';
import { Confirm } from '../../components/Confirm';
import { formatDate, formatFixed } from '../../components/format';
import { Progress } from '../../components/Progress';
import { t, useLocale } from '../../components/text';
import { UserError } from '../../engine/errors';
import { cellsOf } from '../../lab/study/plan';
import type { StudyPlan } from '../../lab/study/types';
import type { StoredStudy } from '../../storage/studies';
import { useDevice, useRuns } from '../../stores/hooks';
import { sentence, type Sentence } from '../../stores/notices';
import { forgetStudy, goOn, isFinished, pauseStudy, startStudy, studyOf, type RunningStudy } from '../../stores/study';
import { estimateMs } from '../../stores/studyEstimate';
import { useStudy } from '../../stores/studyHooks';
import { firstOwn, planOf, type OwnPlan, type PlanKind } from './choice';
import { OwnPlanForm } from './OwnPlanForm';
import { cellName, planLine, spanText, stageName } from './words';
import styles from './paper.module.css';

/** Shares of a cell's time that are taken to be over when a stage begins; only for a bar. */
const BEGINS = { data: 0, train: 0.2, answers: 0.75, end: 1 } as const;

function shareOfCell({ stage, share }: NonNullable<RunningStudy['progress']>): number {
  const end = stage === 'data' ? BEGINS.train : stage === 'train' ? BEGINS.answers : BEGINS.end;
  return BEGINS[stage] + share * (end - BEGINS[stage]);
}

function useAdapter(): string | undefined {
  const device = useDevice();
  return device.status === 'open' ? device.report.adapter : undefined;
}

export function RunCard() {
  const running = useStudy((state) => state.running);
  const study = useStudy((state) => studyOf(state, state.running?.id));
  return (
    <section className={styles.card} aria-labelledby="paper-run">
      <h3 id="paper-run">{t('Run it here')}</h3>
      {running !== undefined && study !== undefined ? <UnderWay running={running} study={study} /> : <NotUnderWay />}
    </section>
  );
}

function UnderWay({ running, study }: { readonly running: RunningStudy; readonly study: StoredStudy }) {
  const studies = useStudy((state) => state.studies);
  const adapter = useAdapter();
  const { progress, ending } = running;
  const cells = cellsOf(study.plan).length;
  const share = progress === undefined ? 0 : shareOfCell(progress);
  const left = estimateMs(study.plan, studies, adapter, Math.max(0, cells - study.done - share));
  return (
    <>
      <p>{planLine(study.plan)}</p>
      <Progress label={t('Cells done')} value={study.done + share} max={cells} />
      <p className={styles.numbersLine} aria-live="off">
        {ending
          ? t('Ending …')
          : progress === undefined
            ? t('Starting …')
            : `${t('Cell {cell} of {cells}', { cell: progress.cell + 1, cells })} · ${cellName(progress.key)} · ${stageName(progress.stage)} · ${formatFixed(100 * progress.share, 0)} %`}
        {!ending && left !== undefined && ` · ${t('about {time} left', { time: spanText(left) })}`}
      </p>
      <div className={styles.buttons}>
        <Button isDisabled={ending} onPress={pauseStudy}>
          {t('Pause')}
        </Button>
      </div>
      <p className={styles.note}>
        {t('A pause ends the cell under way at once, and that cell begins anew when you go on. So does a run that you start on another page: there is one device, and it does one thing at a time.')}
      </p>
    </>
  );
}

function NotUnderWay() {
  const shown = useStudy((state) => (typeof state.shown === 'object' ? studyOf(state, state.shown.own) : undefined));
  const problem = useStudy((state) => state.problem);
  return (
    <>
      {shown !== undefined && <Kept key={shown.id} study={shown} problem={problem?.id === shown.id ? problem.sentence : undefined} />}
      <Begin />
    </>
  );
}

/** The study that is shown, where it was made here: the way on, and the way out. */
function Kept({ study, problem }: { readonly study: StoredStudy; readonly problem: Sentence | undefined }) {
  const elsewhere = useStudy((state) => state.elsewhere.includes(study.id));
  const [asking, setAsking] = useState(false);
  const locale = useLocale();
  const cells = cellsOf(study.plan).length;
  const finished = isFinished(study);
  return (
    <div className={styles.kept}>
      <p>
        {finished
          ? t('All {cells} cells of {date} are done.', { cells, date: formatDate(study.createdAt, locale) })
          : t('{done} of {cells} cells of {date} are done.', { done: study.done, cells, date: formatDate(study.createdAt, locale) })}{' '}
        {elsewhere && t('Another tab is carrying it out.')}
      </p>
      {problem !== undefined && (
        <p className={styles.problem} role="alert">
          {t(problem.template, problem.values)}
        </p>
      )}
      <div className={styles.buttons}>
        {!finished && (
          <Button kind="primary" isDisabled={elsewhere} onPress={() => void goOn(study.id)}>
            {t('Go on')}
          </Button>
        )}
        <Button isDisabled={elsewhere} onPress={() => setAsking(true)}>
          {t('Forget')}
        </Button>
      </div>
      <Confirm
        title={t('Forget this re-enactment?')}
        action={t('Forget')}
        isOpen={asking}
        onConfirm={() => void forgetStudy(study.id)}
        onClose={() => setAsking(false)}
      >
        <p>{t('Its {done, plural, one {# finished cell} other {# finished cells}} and all figures made of them are deleted. This cannot be undone.', { done: study.done })}</p>
      </Confirm>
    </div>
  );
}

const kinds: readonly PlanKind[] = ['quick', 'full', 'own'];

function kindName(kind: PlanKind): string {
  switch (kind) {
    case 'quick':
      return t('Quick');
    case 'full':
      return t('Full');
    case 'own':
      return t('Own');
  }
}

function readPlan(kind: PlanKind, own: OwnPlan): StudyPlan | Sentence {
  if (kind === 'own' && own.datasets.length === 0) return sentence('Choose at least one dataset.');
  if (kind === 'own' && own.objectives.length === 0) return sentence('Choose at least one objective.');
  try {
    return planOf(kind, own);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function Begin() {
  const [kind, setKind] = useState<PlanKind>('quick');
  const [own, setOwn] = useState<OwnPlan>(firstOwn);
  const [starting, setStarting] = useState(false);
  const studies = useStudy((state) => state.studies);
  const busy = useRuns((state) => state.activeId !== undefined);
  const adapter = useAdapter();
  const plan = useMemo(() => readPlan(kind, own), [kind, own]);
  const time = 'template' in plan ? undefined : estimateMs(plan, studies, adapter);
  const start = async (of: StudyPlan): Promise<void> => {
    setStarting(true);
    await startStudy(of);
    setStarting(false);
  };
  return (
    <div className={styles.begin}>
      <Segments label={t('Size')} value={kind} onChange={setKind} options={kinds.map((id) => ({ id, name: kindName(id) }))} />
      {kind === 'own' && <OwnPlanForm own={own} onChange={(change) => setOwn({ ...own, ...change })} />}
      {'template' in plan ? (
        <p className={styles.problem} role="alert">
          {t(plan.template, plan.values)}
        </p>
      ) : (
        <p className={styles.note}>
          {planLine(plan)}
          {'. '}
          {time === undefined ? t('How long that takes is told here once this device has done a cell.') : t('By what this device has done so far it takes about {time}.', { time: spanText(time) })}
        </p>
      )}
      {busy && <p className={styles.note}>{t('A run is being trained. Stop it, or wait for its end: there is one device.')}</p>}
      <div className={styles.buttons}>
        <Button
          kind="primary"
          isDisabled={'template' in plan || busy || starting || adapter === undefined}
          onPress={() => {
            if (!('template' in plan)) void start(plan);
          }}
        >
          {t('Start')}
        </Button>
      </div>
    </div>
  );
}
