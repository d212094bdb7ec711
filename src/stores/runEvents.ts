// What the worker says, turned into what the page knows and what is kept. The app subscribes this once.
import type { LabEvent, RunDevice } from '../lab/protocol';
import { examEvent, examFailed } from './checks';
import { deviceFailed, deviceOpened, deviceStore } from './device';
import { requestFrame, subscribeFrames } from './frames';
import { keepChange, keepCheckpoint, keepRows, keepRun } from './keeper';
import { releaseRun } from './locks';
import { notify, sentence } from './notices';
import { createRowTable } from './rowTable';
import { changeRun, deviceOf, findRun, isOver, runsStore, toKept, type Run } from './runs';
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

/** Notes where a run goes on; a person is told at once only where it does so without its GPU. */
function changeDevice(run: Run, used: RunDevice): void {
  const before = deviceOf(run);
  if (used.lost === undefined && before?.adapter === used.device.adapter) return;
  const devices = [...(run.devices ?? []), used];
  changeRun(run.id, { devices });
  keepChange(run.id, { devices });
  if (used.lost === undefined || used.device.backend === 'webgpu' || before?.backend !== 'webgpu') return;
  notify(
    'problem',
    sentence('“{name}” goes on by WASM from step {step}, for the GPU failed ({reason}). Nothing was lost. The lab stays on WASM until you choose a device on the Checks page or reload the page.', {
      name: run.name,
      step: used.lost.from,
      reason: used.lost.reason,
    }),
  );
}

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
      // A run that goes on may do so on another device; its start tells of the first one, and `devices` of those after it.
      const start = { ...event.start, device: run.start?.device ?? event.start.device };
      changeRun(run.id, { start, table: run.table ?? createRowTable() });
      runsStore.setState({ loadedId: run.id });
      const kept = toKept({ ...run, start });
      if (resumed) keepChange(run.id, { start });
      else if (kept !== undefined) keepRun(kept);
      requestFrame();
      return;
    }
    case 'runDevice': {
      const run = findRun(event.runId);
      if (run !== undefined) changeDevice(run, event.used);
      return;
    }
    case 'deviceLost':
      // Nobody's policies lie on it any more; those of the run on screen come from its checkpoint when they are asked.
      runsStore.setState({ loadedId: undefined });
      notify('plain', sentence('The device was lost ({reason}). No run was under way and nothing stored is gone; whatever you do next opens it again.', { reason: event.reason }));
      return;
    case 'state': {
      const run = findRun(event.runId);
      if (run === undefined) return;
      changeRun(run.id, {
        state: event.state,
        step: event.step,
        // A run that goes on repeats steps and may be slower from here on.
        ...(event.state === 'preparing' ? { pace: undefined } : {}),
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
    case 'benchmarked':
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
