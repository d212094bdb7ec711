// The browser's study worker.
import { createClerk } from './studyClerk';
import type { ToClerk } from './studyProtocol';

const hear = createClerk({ post: (event) => self.postMessage(event) });

self.onmessage = ({ data }: MessageEvent<ToClerk>) => hear(data);
