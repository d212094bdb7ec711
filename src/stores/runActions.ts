// Everything a person can do to runs. Plain functions; each sends a request to the worker or changes the stores.
import { UserError } from '../engine/errors';
import type { Request, RunStart } from '../lab/protocol';
import { policiesOf, type Recipe } from '../lab/recipe';
import { requestFrame } from './frames';
import { keepChange, keepOnlyUntil, removeKept } from './keeper';
import { dismissNotice, notify, report, sentence } from './notices';
import { heldRuns, holdRun } from './locks';
import { createRowTable } from './rowTable';
import { canContinue, changeRun, findRun, fromKept, runsStore, type Run } from './runs';
import { services } from './services';

/** How long a deleted run can be brought back. */
const UNDO_MS = 10_000;
/** How many earlier runs may lie behind the current one. */
export const MAX_OVERLAYS = 4;

/** An id nobody else has; `randomUUID` alone would fail on pages served without TLS. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a run is called until somebody names it: its recipe's name or its objectives, numbered where others have the same. */
export function nameFor(recipe: Recipe, taken: readonly string[]): string {
  const labels = [...new Set(policiesOf(recipe).map((policy) => policy.label))];
  const objectives = labels.length > 4 ? `${labels.slice(0, 3).join(', ')}, …` : labels.join(', ');
  const name = recipe.name === 'Untitled' || recipe.name === '' ? objectives : recipe.name;
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name} (${number})`)) number += 1;
  return `${name} (${number})`;
}

type TrainRequest = Extract<Request, { type: 'train' }>;

/** Starts a new run of the recipe and shows it; with `paused` it waits before its first step. */
export function train(recipe: Recipe, paused = false): string {
  return begin(recipe, paused ? { paused: true } : {});
}

/** Starts a new run and shows it, unless one is under way; `how` says where it begins, if not at the reference. */
export function begin(recipe: Recipe, how: Pick<TrainRequest, 'paused' | 'resume' | 'origin' | 'expected'>): string {
  const { activeId, runs, currentId, overlayIds } = runsStore.getState();
  if (activeId !== undefined) return activeId;
  const run: Run = {
    id: newId(),
    name: nameFor(recipe, runs.map((one) => one.name)),
    createdAt: Date.now(),
    recipe,
    state: 'preparing',
    step: how.resume?.step ?? 0,
    elapsedMs: 0,
    stops: [],
    table: createRowTable(),
  };
  // The run that was on screen stays in sight behind the new one.
  const before = findRun(currentId);
  const overlays =
    before !== undefined && before.step > 0 && !overlayIds.includes(before.id) ? [before.id, ...overlayIds] : overlayIds;
  runsStore.setState({
    runs: [run, ...runs],
    currentId: run.id,
    activeId: run.id,
    overlayIds: overlays.slice(0, MAX_OVERLAYS),
  });
  void holdRun(run.id);
  services().lab.send({ type: 'train', runId: run.id, recipe, ...how });
  requestFrame();
  return run.id;
}

function sendToActive(type: 'pause' | 'continue' | 'step' | 'stop'): void {
  const { activeId } = runsStore.getState();
  if (activeId !== undefined) services().lab.send({ type, runId: activeId });
}

export function pause(): void {
  sendToActive('pause');
}

export function stop(): void {
  sendToActive('stop');
}

/** One step: of the paused run, or the first one of a new run. */
export function step(recipe: Recipe): void {
  const active = findRun(runsStore.getState().activeId);
  if (active === undefined) train(recipe, true);
  sendToActive('step');
}

/** What must still be the same for the curves to go on as they began. */
export function expectedOf({ dataHash, modelHash }: RunStart): { dataHash: string; modelHash?: string } {
  return { dataHash, ...(modelHash === undefined ? {} : { modelHash }) };
}

/** Goes on with the paused run, or with the run on screen from its last checkpoint. */
export async function resume(): Promise<void> {
  const { activeId, currentId } = runsStore.getState();
  if (activeId !== undefined) {
    sendToActive('continue');
    return;
  }
  const run = findRun(currentId);
  if (run === undefined || !canContinue(run)) return;
  try {
    const checkpoint = await services().shelf.loadCheckpoint(run.id);
    if (checkpoint === undefined) {
      throw new UserError('The checkpoint of “{name}” is gone, so it cannot go on. Its curves are kept.', { name: run.name });
    }
    if (!(await holdRun(run.id))) {
      throw new UserError('“{name}” is being trained in another tab. Nothing was changed; go on there.', { name: run.name });
    }
    // Two presses, or a run started meanwhile: the first one wins.
    if (runsStore.getState().activeId !== undefined) return;
    run.table?.truncate(checkpoint.step);
    keepOnlyUntil(run.id, checkpoint.step);
    changeRun(run.id, {
      state: 'preparing',
      step: checkpoint.step,
      stops: checkpoint.stopped,
      elapsedMs: checkpoint.elapsedMs ?? run.elapsedMs,
      pace: undefined,
      detail: undefined,
    });
    runsStore.setState({ activeId: run.id });
    services().lab.send({
      type: 'train',
      runId: run.id,
      recipe: run.recipe,
      resume: checkpoint,
      ...(run.start === undefined ? {} : { expected: expectedOf(run.start) }),
      ...(run.start?.origin === undefined ? {} : { origin: run.start.origin }),
    });
    requestFrame();
  } catch (error) {
    report(error);
  }
}

/** Lists what is stored, when the page opens and whenever it comes back in sight; at first the newest run comes on screen. */
export async function listStored(): Promise<void> {
  try {
    const kept = await services().shelf.listRuns();
    const held = await heldRuns();
    runsStore.setState((state) => {
      // What this tab knows better stays; another tab may have begun runs, or ended those that it was training.
      const known = state.runs.filter((run) => run.state !== 'elsewhere');
      const ids = new Set([...known.map((run) => run.id), ...removed]);
      const found = kept.filter((run) => !ids.has(run.id)).map((run) => fromKept(run, held));
      return { runs: [...known, ...found].sort((a, b) => b.createdAt - a.createdAt), listed: true };
    });
    const { runs, currentId } = runsStore.getState();
    const shown = findRun(currentId) ?? runs[0];
    if (shown !== undefined && shown.table === undefined) await openRun(shown.id);
  } catch (error) {
    runsStore.setState({ listed: true });
    report(error);
  }
}

/** Reads a stored run's rows, if that was not done yet. */
export async function loadTable(id: string): Promise<void> {
  const run = findRun(id);
  if (run === undefined || run.table !== undefined) return;
  const table = createRowTable(await services().shelf.loadRows(id));
  // A tab that was closed left rows of later steps than it had said.
  changeRun(id, { table, step: Math.max(run.step, table.lastStep()) });
  requestFrame();
}

/** Brings a run on screen. */
export async function openRun(id: string): Promise<void> {
  runsStore.setState(({ overlayIds }) => ({ currentId: id, overlayIds: overlayIds.filter((one) => one !== id) }));
  requestFrame();
  try {
    await loadTable(id);
  } catch (error) {
    report(error);
  }
}

/** Draws a run behind the current one, or no longer. */
export async function toggleOverlay(id: string): Promise<void> {
  const { overlayIds } = runsStore.getState();
  if (overlayIds.includes(id)) {
    runsStore.setState({ overlayIds: overlayIds.filter((one) => one !== id) });
  } else {
    runsStore.setState({ overlayIds: [id, ...overlayIds].slice(0, MAX_OVERLAYS) });
  }
  requestFrame();
  try {
    await loadTable(id);
  } catch (error) {
    report(error);
  }
}

export function renameRun(id: string, name: string): void {
  const plain = name.trim().slice(0, 120);
  const run = findRun(id);
  if (plain === '' || run === undefined) return;
  changeRun(id, { name: plain });
  if (run.start !== undefined) keepChange(id, { name: plain });
}

/** Runs that are off the list but still stored, until nobody can want them back. */
const removed = new Set<string>();

/** Takes a run off the list; it is deleted for good when nobody undid that for ten seconds. */
export function removeRun(id: string): void {
  const run = findRun(id);
  const before = runsStore.getState();
  if (run === undefined || run.id === before.activeId || run.state === 'elsewhere') return;
  runsStore.setState(({ runs, overlayIds, currentId }) => ({
    runs: runs.filter((one) => one.id !== id),
    overlayIds: overlayIds.filter((one) => one !== id),
    currentId: currentId === id ? undefined : currentId,
  }));
  requestFrame();
  const next = runsStore.getState().runs[0];
  if (before.currentId === id && next !== undefined) void openRun(next.id);
  removed.add(id);
  const finish = (): void => {
    clearTimeout(timer);
    removed.delete(id);
    globalThis.removeEventListener?.('pagehide', finish);
    dismissNotice(notice);
    removeKept(id);
  };
  const timer = setTimeout(finish, UNDO_MS);
  globalThis.addEventListener?.('pagehide', finish);
  const notice = notify('plain', sentence('The run “{name}” was deleted.', { name: run.name }), () => {
    clearTimeout(timer);
    removed.delete(id);
    globalThis.removeEventListener?.('pagehide', finish);
    dismissNotice(notice);
    runsStore.setState((state) => ({
      runs: [...state.runs, run].sort((a, b) => b.createdAt - a.createdAt),
      currentId: before.currentId === id ? id : state.currentId,
    }));
    requestFrame();
  });
}
