// The paper, re-enacted on this page: which study is looked at, and the queue of cells that is under way. A queue goes on only
// where a person says so, ends at once when told to, and loses no more than the cell that it was at.
import { createStore } from 'zustand/vanilla';
import { UserError } from '../engine/errors';
import { browserName } from '../lab/browserName';
import type { StudyProgress } from '../lab/study/execute';
import { cellsOf } from '../lab/study/plan';
import type { StudyPlan } from '../lab/study/types';
import { LAB_VERSION } from '../lab/version';
import { createStudy, deleteStudy, listStudies, type StoredStudy } from '../storage/studies';
import { heldRuns, holdRun, releaseRun } from './locks';
import { notify, report, sentence, type Sentence } from './notices';
import { runsStore } from './runs';
import { services } from './services';
import { startClerkWorker, type Clerk, type StartClerk } from './studyClient';
import { isOfStudy, sameSource, type FromClerk, type StudyFile, type StudySource } from './studyProtocol';
import type { StudyView } from './studyView';

/** The queue under way. */
export interface RunningStudy {
  readonly id: string;
  /** Absent until the first cell has begun. */
  readonly progress?: StudyProgress;
  /** It was told to end, and is about to. */
  readonly ending: boolean;
}

export interface StudyState {
  /** Made in this browser, the newest first. */
  readonly studies: readonly StoredStudy[];
  readonly listed: boolean;
  /** Those that another tab is carrying out. */
  readonly elsewhere: readonly string[];
  readonly running?: RunningStudy | undefined;
  /** Why a queue ended before its end. */
  readonly problem?: { readonly id: string; readonly sentence: Sentence } | undefined;
  readonly shown: StudySource;
  /** A person chose what is shown. */
  readonly chosen: boolean;
  /** What is known of the study that is shown; absent while nothing is. */
  readonly view?: { readonly source: StudySource; readonly view: StudyView } | undefined;
  readonly looking: boolean;
  readonly viewProblem?: Sentence | undefined;
  /** False once it was found that none ships. */
  readonly ships: boolean;
}

export const firstStudyState: StudyState = { studies: [], listed: false, elsewhere: [], shown: 'shipped', chosen: false, looking: false, ships: true };

export const studyStore = createStore<StudyState>()(() => firstStudyState);

const lockOf = (id: string): string => `study ${id}`;
export const studyOf = ({ studies }: StudyState, id: string | undefined): StoredStudy | undefined => studies.find((study) => study.id === id);
export const isFinished = ({ plan, done }: StoredStudy): boolean => done >= cellsOf(plan).length;

let startClerk: StartClerk = startClerkWorker;
let worker: Clerk | undefined;
let viewer: Clerk | undefined;
/** The lab's run that belongs to the queue, to be stopped where the queue can no longer do so itself. */
let labRun: string | undefined;
let leaveLab: (() => void) | undefined;
let asked = 0;
let lookedAs = 0;
let lookedAt: StudySource | undefined;
let lookAgain = false;

/** For tests, which have no workers. */
export function provideClerks(start: StartClerk): void {
  worker?.dispose();
  viewer?.dispose();
  worker = viewer = undefined;
  startClerk = start;
}

/** Reads what there is, and shows the newest that was made here, or else the one that ships. */
export async function openStudies(): Promise<void> {
  await refreshStudies();
  const { chosen, studies, view, looking } = studyStore.getState();
  if (!chosen && studies[0] !== undefined) studyStore.setState({ shown: { own: studies[0].id } });
  if (view === undefined && !looking) look();
}

/** Lists what is stored; another tab may have added to it. */
export async function refreshStudies(): Promise<void> {
  try {
    const [studies, held] = await Promise.all([listStudies(), heldRuns()]);
    const { running } = studyStore.getState();
    studyStore.setState({
      studies,
      listed: true,
      elsewhere: studies.map(({ id }) => id).filter((id) => id !== running?.id && held.has(lockOf(id))),
    });
    const { shown, view } = studyStore.getState();
    const own = typeof shown === 'object' ? studies.find(({ id }) => id === shown.own) : undefined;
    if (own && view && own.done !== view.view.document.cells.length) look();
  } catch (error) {
    studyStore.setState({ listed: true });
    report(error);
  }
}

export function showStudy(source: StudySource): void {
  if (sameSource(studyStore.getState().shown, source) && studyStore.getState().chosen) return;
  studyStore.setState({ shown: source, chosen: true, view: undefined, viewProblem: undefined });
  look();
}

/** Has the figures of what is shown worked out anew; those on screen stay until then. */
function look(): void {
  if (studyStore.getState().looking) {
    lookAgain = true;
    return;
  }
  lookAgain = false;
  studyStore.setState({ looking: true });
  lookedAs = ++asked;
  lookedAt = studyStore.getState().shown;
  viewerClerk().send({ type: 'look', ask: lookedAs, source: lookedAt });
}

const viewerClerk = (): Clerk => (viewer ??= startClerk({ hear: heardView, died: viewerDied }));

/** Texts that were asked for. */
const writing = new Map<number, { readonly resolve: (text: string | undefined) => void; readonly reject: (error: UserError) => void }>();

/** The shown study as a file's text; undefined where it is gone. @throws UserError if it could not be written. */
export function writeStudy(as: StudyFile): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const ask = ++asked;
    writing.set(ask, { resolve, reject });
    viewerClerk().send({ type: 'write', ask, source: studyStore.getState().shown, as });
  });
}

function heardView(event: FromClerk): void {
  if (event.type === 'written' || event.type === 'unwritten') {
    const waiting = writing.get(event.ask);
    writing.delete(event.ask);
    if (event.type === 'written') waiting?.resolve(event.text);
    else waiting?.reject(new UserError(event.problem.template, event.problem.values));
    return;
  }
  if ((event.type !== 'seen' && event.type !== 'unseen') || event.ask !== lookedAs) return;
  const source = lookedAt!;
  const { shown, studies, chosen } = studyStore.getState();
  studyStore.setState({ looking: false });
  if (source === 'shipped' && event.type === 'seen' && !event.view) studyStore.setState({ ships: false });
  if (sameSource(source, shown)) {
    if (event.type === 'unseen') studyStore.setState({ view: undefined, viewProblem: event.problem });
    else studyStore.setState({ view: event.view && { source, view: event.view }, viewProblem: undefined });
    const first = studies[0];
    if (source === 'shipped' && !studyStore.getState().ships && !chosen && first !== undefined) studyStore.setState({ shown: { own: first.id } });
  }
  if (lookAgain || !sameSource(source, studyStore.getState().shown)) look();
}

function viewerDied(reason: string): void {
  viewer = undefined;
  const { template, values } = new UserError('The worker that works the figures out died ({reason}). What is stored is kept; reload the page to see it.', { reason });
  for (const { reject } of writing.values()) reject(new UserError(template, values));
  writing.clear();
  studyStore.setState({ looking: false, viewProblem: { template, values } });
}

/** @throws UserError where another study is under way, or a run. */
function requireFree(): void {
  if (studyStore.getState().running) throw new UserError('A re-enactment is under way already. Nothing was started; pause it first.');
  requireNoRun();
}

function requireNoRun(): void {
  if (runsStore.getState().activeId !== undefined) {
    throw new UserError('A run is being trained, and a re-enactment needs the device alone. Nothing was started; stop the run, or wait for its end.');
  }
}

/** An id nobody else has; `randomUUID` alone would fail on pages served without TLS. */
const newId = (): string => globalThis.crypto?.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

/** Begins a study of a plan, and shows it. */
export async function startStudy(plan: StudyPlan): Promise<void> {
  try {
    requireFree();
    const study: StoredStudy = {
      id: newId(), createdAt: Date.now(), plan, lab: LAB_VERSION,
      runtime: browserName(globalThis.navigator?.userAgent ?? ''), done: 0, elapsedMs: 0, trainMs: 0, adapters: [],
    };
    await createStudy(study);
    await refreshStudies();
    showStudy({ own: study.id });
    await goOn(study.id);
  } catch (error) {
    report(error);
  }
}

/** Carries out what is left of a study. */
export async function goOn(id: string): Promise<void> {
  let mine = false;
  try {
    requireFree();
    mine = true;
    studyStore.setState({ running: { id, ending: false }, problem: undefined });
    if (!(await holdRun(lockOf(id)))) {
      throw new UserError('This re-enactment is under way in another tab. Nothing was changed; go on there.');
    }
    // Somebody may have been quick meanwhile.
    requireNoRun();
    if (studyStore.getState().running?.ending) {
      ended(id, undefined);
      return;
    }
    const { lab } = services();
    // Whoever's policies lie on the device will give way to the study's.
    runsStore.setState({ loadedId: undefined });
    worker ??= startClerk({ hear: heardWork, died: workerDied });
    const clerk = worker;
    const leaveEvents = lab.subscribe((event) => {
      if (isOfStudy(event)) clerk.send({ type: 'heard', event });
    });
    const leaveRuns = runsStore.subscribe(({ activeId }) => {
      const { running } = studyStore.getState();
      if (activeId === undefined || running === undefined || running.ending) return;
      const why = sentence('The re-enactment was paused, since a run needs the device. The cells that are done are kept; go on when the run has ended.');
      studyStore.setState({ problem: { id, sentence: why } });
      // Whoever began the run is on another page.
      notify('plain', why);
      pauseStudy();
    });
    leaveLab = () => {
      leaveEvents();
      leaveRuns();
    };
    clerk.send({ type: 'carryOut', study: id });
  } catch (error) {
    if (mine) ended(id, undefined);
    report(error);
  }
}

/** Ends the queue now; the cell under way is lost, and begins anew when it goes on. */
export function pauseStudy(): void {
  const { running } = studyStore.getState();
  if (running === undefined) return;
  studyStore.setState({ running: { ...running, ending: true } });
  // The device is free at once, whatever the worker is at.
  if (labRun !== undefined) services().lab.send({ type: 'stop', runId: labRun });
  worker?.send({ type: 'end' });
}

function heardWork(event: FromClerk): void {
  const { running } = studyStore.getState();
  if (running === undefined) return;
  switch (event.type) {
    case 'send':
      // What it asked for before it heard that it is to end would take the device from whoever has it now.
      if (running.ending && event.request.type !== 'stop' && event.request.type !== 'cancel') return;
      if (event.request.type === 'train') labRun = event.request.runId;
      services().lab.send(event.request);
      return;
    case 'progress':
      if (!running.ending) studyStore.setState({ running: { ...running, progress: event.progress } });
      return;
    case 'kept':
      studyStore.setState(({ studies }) => ({ studies: studies.map((study) => (study.id === event.study.id ? event.study : study)) }));
      if (sameSource(studyStore.getState().shown, { own: running.id })) look();
      return;
    case 'over':
      ended(running.id, event.how === 'failed' ? event.problem : undefined);
  }
}

function ended(id: string, problem: Sentence | undefined): void {
  leaveLab?.();
  leaveLab = undefined;
  labRun = undefined;
  releaseRun(lockOf(id));
  // Its policies are of no run that the page knows.
  runsStore.setState({ loadedId: undefined });
  studyStore.setState(({ problem: before }) => ({ running: undefined, problem: problem ? { id, sentence: problem } : before }));
  if (problem) notify('problem', problem);
}

function workerDied(reason: string): void {
  worker = undefined;
  const { running } = studyStore.getState();
  if (running === undefined) return;
  if (labRun !== undefined) services().lab.send({ type: 'stop', runId: labRun });
  ended(running.id, sentence('The worker that carries the re-enactment out died ({reason}). The cells that are done are kept; go on, and the one under way begins anew.', { reason }));
}

/** Deletes a study that was made here. */
export async function forgetStudy(id: string): Promise<void> {
  try {
    if (studyStore.getState().running?.id === id) throw new UserError('This re-enactment is under way. Nothing was deleted; pause it first.');
    if (!(await holdRun(lockOf(id)))) throw new UserError('This re-enactment is under way in another tab. Nothing was deleted; pause it there first.');
    try {
      await deleteStudy(id);
    } finally {
      releaseRun(lockOf(id));
    }
    await refreshStudies();
    const { shown, studies, problem, ships } = studyStore.getState();
    if (problem?.id === id) studyStore.setState({ problem: undefined });
    if (sameSource(shown, { own: id })) showStudy(ships || studies[0] === undefined ? 'shipped' : { own: studies[0].id });
  } catch (error) {
    report(error);
  }
}
