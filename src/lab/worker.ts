// The browser's worker: the runner behind messages, with assets by fetch.
import type { DeviceReport, KernelCheck } from '../engine/device';
import { createCohort, distrustOn, openEngine } from '../engine/engine';
import { checkEveryKernel, checkParity } from '../engine/selfCheck';
import { wasmUrls } from '../engine/wasm/urls';
import { fetchAssets } from './assets';
import { browserName } from './browserName';
import type { CheckOptions, Examiners } from './examine';
import type { CheckResult, LabEvent, Request } from './protocol';
import { createLab, type Lab } from './runner';

/** What the client says first: where the page's files lie, which a worker's own address does not tell. */
export interface Greeting {
  readonly type: 'greeting';
  readonly assets: string;
  /** What checks found wrong in a worker that has died, by adapter: this one would trust it again. */
  readonly distrusted?: Readonly<Record<string, readonly KernelCheck[]>>;
}

let lab: Lab | undefined;

/**
 * Sends an event to the page. A checkpoint's numbers are copied here and the copies handed over, since the runner keeps
 * its own: copying tens of megabytes on arrival would hold the page up.
 */
function tell(event: LabEvent): void {
  if (event.type !== 'checkpoint') {
    self.postMessage(event);
    return;
  }
  const copies = Object.entries(event.checkpoint.tensors).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const);
  const checkpoint = { ...event.checkpoint, tensors: Object.fromEntries(copies) };
  self.postMessage({ ...event, checkpoint }, { transfer: copies.map(([, { data }]) => data.buffer) });
}

async function checkDevice({ backend }: DeviceReport, { part, ...rest }: CheckOptions): Promise<CheckResult | undefined> {
  if (part === 'kernels') return { part, ...(await checkEveryKernel(rest)) };
  const parity = await checkParity(backend, { ...rest, wasmPaths: wasmUrls });
  return parity && { part, parity };
}

/** Loaded only when it is asked for. On a processor only the small size is raced: stock steps of the town's take minutes there. */
const benchmark: Examiners['benchmark'] = async ({ backend, software, versions }, onProgress, signal) => {
  const { runBenchmark } = await import('./benchmark/run');
  const options = {
    backends: [backend],
    quick: backend !== 'webgpu' || software,
    runtime: browserName(navigator.userAgent),
    versions,
    ...(backend !== 'cpu' && { amount: { policies: [1, 2, 4, 8, 16] } }),
  };
  return runBenchmark(options, onProgress, signal);
};

self.onmessage = ({ data }: MessageEvent<Greeting | Request>) => {
  if (data.type !== 'greeting') {
    lab?.send(data);
    return;
  }
  for (const [adapter, checks] of Object.entries(data.distrusted ?? {})) distrustOn(adapter, checks);
  lab = createLab({
    load: fetchAssets(data.assets),
    emit: tell,
    openBackend: (choice, onLoss) => openEngine({ choice, wasmPaths: wasmUrls, onLoss }),
    createCohort,
    checkDevice,
    benchmark,
  });
};
