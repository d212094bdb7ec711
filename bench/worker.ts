// A realm of the benchmark in a browser: like the lab's own, with jax-js besides.
import { wasmUrls } from '../src/engine/wasm/urls';
import { createServant, type ContenderName, type Order } from '../src/lab/benchmark/realm';
import { loadAny } from './ability';

const carryOut = createServant(() => loadAny(self.name as ContenderName), { wasmPaths: wasmUrls });

self.onmessage = async ({ data }: MessageEvent<Order>) => self.postMessage(await carryOut(data));
