// The browser's worker: the runner behind messages, with assets by fetch.
import { openBackend } from '../engine/backend';
import { createCohort } from '../engine/training/cohort';
import { wasmUrls } from '../engine/wasmUrls';
import { fetchAssets } from './assets';
import type { LabEvent, Request } from './protocol';
import { createLab, type Lab } from './runner';

/** What the client says first: where the page's files lie, which a worker's own address does not tell. */
export interface Greeting {
  readonly type: 'greeting';
  readonly assets: string;
}

let lab: Lab | undefined;

self.onmessage = ({ data }: MessageEvent<Greeting | Request>) => {
  if (data.type !== 'greeting') {
    lab?.send(data);
    return;
  }
  lab = createLab({
    load: fetchAssets(data.assets),
    emit: (event: LabEvent) => self.postMessage(event),
    openBackend: (choice) => openBackend({ choice, wasmPaths: wasmUrls }),
    createCohort,
  });
};
