// Mounts the page on the real worker and the real storage.
import { start } from './app/start';
import { createLabClient } from './lab/client';
import * as shelf from './storage';

start({ lab: createLabClient(), shelf });
