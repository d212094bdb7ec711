// Mounts the page on the real workers and the real storage.
import { createLabClient } from '../lab/client';
import * as shelf from '../storage';
import { createDataClient } from '../storage/pairs/client';
import { start } from './start';

export function mount(): void {
  start({ lab: createLabClient(), shelf, data: createDataClient() });
}
