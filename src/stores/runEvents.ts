// What the worker says, turned into what the page knows and what is kept. The app subscribes this once.
import type { LabEvent } from '../lab/protocol';
import { examEvent, examFailed } from './checks';
import { deviceFailed, deviceOpened, deviceStore } from './device';
import { requestFrame, subscribeFrames } from './frames';
import { keepChange, keepCheckpoint, keepRows, keepRun } from './keeper';
import { releaseRun } from './locks';
import { notify } from './notices';
import { createRowTable } from './rowTable';
import { changeRun, findRun, isOver, runsStore, toKept } from './runs';
import { samplesArrived, samplesFailed } from './samples';

/** How far runs have come since the last frame; rows arrive faster than anybody reads numbers. */
const progress = new Map<string, { readonly step: number; readonly elapsedMs: number }>();

function showProgress(): void {
  for (const [id, { step, elapsedMs }] of progress) {
    const run = findRun(id);
    if (run !== undefined) {
      changeRun(id, { step, elapsedMs, ...(run.pace === undefined ? { pace: { step, elapsedMs } } : {}) });
    }
  }
  progress.clear();
}

subscribeFrames(showProgress);

/** Tells every store concerned about one event. */
export function receive(event: LabEvent): void {
  // Everything but rows is about the run as it now stands.
  if (event.type !== 'rows') showProgress();
  switch (event.type) {
    case 'opened':
      deviceOpened(event.device);
      // A fresh device holds nobody's policies.
      runsStore.setState({ loadedId: undefined });
      return;
    case 'started': {
      const run = findRun(event.runId);
      if (run === undefined) return;
      const resumed = run.start !== undefined;
      changeRun(run.id, { start: event.start, table: run.table ?? createRowTable() });
      runsStore.setState({ loadedId: run.id });
      const kept = toKept({ ...run, start: event.start });
      // A run that goes on may do so on another device; its start tells of the last one.
      if (resumed) keepChange(run.id, { start: event.start });
      else if (kept !== undefined) keepRun(kept);
      requestFrame();
      return;
    }
    case 'state': {
      const run = findRun(event.runId);
      if (run === undefined) return;
      changeRun(run.id, {
        state: event.state,
        step: event.step,
        // What failed has been said, in a form that can be translated.
        ...(event.state === 'failed'
          ? {}
          : { detail: event.detail }),
      });
      if (isOver(event.state)) {
        releaseRun(run.id);
        runsStore.setState(({ activeId }) => ({ activeId: activeId === run.id ? undefined : activeId }));
      }
      if (run.start !== undefined) {
        keepChange(run.id, { state: event.state, step: event.step, elapsedMs: run.elapsedMs });
      }
      requestFrame();
      return;
    }
    case 'rows': {
      const run = findRun(event.runId);
      if (run === undefined) return;
      run.table?.add(event.rows);
      const before = progress.get(run.id)?.step ?? run.step;
      progress.set(run.id, {
        step: event.rows.reduce((most, row) => Math.max(most, row.step), before),
        elapsedMs: event.elapsedMs,
      });
      keepRows(run.id, event.rows);
      requestFrame();
      return;
    }
    case 'policyStopped': {
      const run = findRun(event.runId);
      if (run === undefined || run.stops.some((stop) => stop.policy === event.stop.policy)) return;
      const stops = [...run.stops, event.stop];
      changeRun(run.id, { stops });
      keepChange(run.id, { stops });
      requestFrame();
      return;
    }
    case 'checkpoint': {
      const run = findRun(event.runId);
      if (run === undefined) return;
      const { step } = event.checkpoint;
      keepChange(run.id, { step: run.step, elapsedMs: run.elapsedMs });
      void keepCheckpoint(run.id, event.checkpoint).then((kept) => {
        if (kept) changeRun(run.id, { checkpointStep: step });
      });
      return;
    }
    case 'samples':
      samplesArrived(event);
      return;
    case 'progress':
    case 'checked':
    case 'cancelled':
      examEvent(event);
      return;
    case 'failed': {
      const sentence = { template: event.template, values: event.values };
      if (event.requestId !== undefined) {
        if (!examFailed(event.requestId, sentence)) samplesFailed(event.requestId, sentence);
        return;
      }
      const run = findRun(event.runId);
      notify('problem', sentence);
      if (run === undefined) {
        if (event.runId === undefined && deviceStore.getState().status === 'opening') deviceFailed(sentence);
        return;
      }
      if (runsStore.getState().activeId !== run.id) {
        // It was only to be put on the device, to be sampled; the run itself is as good as before.
        runsStore.setState({ loadedId: undefined });
        return;
      }
      changeRun(run.id, { state: 'failed', detail: sentence });
      releaseRun(run.id);
      runsStore.setState({ activeId: undefined, loadedId: undefined });
      if (run.start !== undefined) keepChange(run.id, { state: 'failed', step: run.step, elapsedMs: run.elapsedMs });
      return;
    }
  }
}
