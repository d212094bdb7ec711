// The browser's data worker.
import type { ToWorker } from './protocol';
import { createDataServer } from './server';

const server = createDataServer((event) => self.postMessage(event));

self.onmessage = ({ data }: MessageEvent<ToWorker>) => server.hear(data);
