// The benchmark in Node, on Dawn, WASM and plain CPU: the orchestrator, or with a contender's name in the environment the
// process that holds it. Started by scripts/bench.mjs as one bundled file.
import { fork } from 'node:child_process';
import { nodeGpu } from '../cli/gpu';
import { wasmFolder } from '../cli/wasmFolder';
import { createRealm, createServant, type ContenderName, type Order, type Realm } from '../src/lab/benchmark/realm';
import { runBenchmark } from '../src/lab/benchmark/run';
import { loadAny } from './ability';
import { optionsOf, type Wanted } from './options';
import { table, told } from './print';

const REALM = 'BENCH_REALM';
const GPU_WANTED = 'BENCH_GPU';

function startProcess(name: ContenderName): Realm {
  const child = fork(import.meta.filename, { env: { ...process.env, [REALM]: name }, stdio: ['ignore', 2, 2, 'ipc'] });
  const { realm, hear, fail } = createRealm((order) => child.send(order), () => child.kill('SIGKILL'));
  child.on('message', (answer) => hear(answer as Parameters<typeof hear>[0]));
  child.on('exit', (code) => fail(`its process ended with ${code}.`));
  return realm;
}

async function hold(name: ContenderName): Promise<void> {
  // Everybody, jax-js and stock tfjs too, looks for WebGPU where a browser has it.
  const gpu = process.env[GPU_WANTED] ? await nodeGpu(['disable-dawn-features=timestamp_quantization']) : undefined;
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node', hardwareConcurrency: 1 }, configurable: true });
  const carryOut = createServant(() => loadAny(name), { ...(gpu && { gpu }), wasmPaths: wasmFolder() });
  process.on('message', (order: Order) => void carryOut(order).then((answer) => process.send!(answer)));
}

async function main(): Promise<void> {
  const wanted = JSON.parse(process.argv[2]!) as Wanted & { readonly json: boolean };
  if (wanted.backends.includes('webgpu')) process.env[GPU_WANTED] = '1';
  const runtime = `Node ${process.versions.node}`;
  const report = await runBenchmark({ ...optionsOf(wanted), runtime, start: startProcess }, (progress) => console.error(told(progress)));
  console.log(wanted.json ? JSON.stringify(report, null, 2) : table(report));
}

const held = process.env[REALM] as ContenderName | undefined;
(held ? hold(held) : main()).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
