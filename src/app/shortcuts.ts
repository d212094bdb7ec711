// The keyboard without a mouse: what each key does, and when it must leave the keyboard to something else.
import { experimentStore } from '../stores/experiment';
import { pause, resume, step, train } from '../stores/runActions';
import { findRun, runsStore } from '../stores/runs';
import { recipeProblem } from '../features/compare/experiment/check';
import { viewOf } from './route';

/** True where a key belongs to the thing that has the focus: a field takes letters, a button takes the space bar. */
export function keyIsTaken(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return (
    target.closest('input, textarea, select, button, a, summary, [contenteditable], [role="listbox"], [role="menu"], [role="dialog"]') !==
    null
  );
}

/** Space: train, pause or go on, whichever is next. */
export function trainOrPause(): void {
  const { recipe } = experimentStore.getState();
  const active = findRun(runsStore.getState().activeId);
  if (active === undefined) {
    if (recipeProblem(recipe) === undefined) train(recipe);
  } else if (active.state === 'paused') void resume();
  else if (active.state === 'training') pause();
}

export function takeStep(): void {
  const { recipe } = experimentStore.getState();
  const active = findRun(runsStore.getState().activeId);
  if (active === undefined ? recipeProblem(recipe) === undefined : active.state === 'paused') step(recipe);
}

/** Listens until the returned function is called. */
export function listenForShortcuts(showHelp: () => void): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || keyIsTaken(event.target)) return;
    // What trains is pressed where one can see it train.
    const compares = viewOf(window.location.hash) === 'compare';
    if (event.key === ' ' && compares) trainOrPause();
    else if (event.key === 's' && compares) takeStep();
    else if (event.key === '?') showHelp();
    else return;
    event.preventDefault();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}
