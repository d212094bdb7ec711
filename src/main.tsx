// Mounts the page on the real workers and the real storage.
import { start } from './app/start';
import { createLabClient } from './lab/client';
import * as shelf from './storage';
import { createDataClient } from './storage/pairs/client';

start({ lab: createLabClient(), shelf, data: createDataClient() });
