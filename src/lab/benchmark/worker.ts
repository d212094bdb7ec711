// A realm in a browser: a worker that holds one contender, named by its own name. Started by `start.ts`.
import { wasmUrls } from '../../engine/wasm/urls';
import { loadAbility } from './ability';
import { createServant, type ContenderName, type Order } from './realm';

const carryOut = createServant(() => loadAbility(self.name as ContenderName), { wasmPaths: wasmUrls });

self.onmessage = async ({ data }: MessageEvent<Order>) => self.postMessage(await carryOut(data));
