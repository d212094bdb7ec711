// The benchmark in a browser: scripts/bench.mjs opens its page and waits for `outcome`.
import { runBenchmark } from '../src/lab/benchmark/run';
import { startWorker } from '../src/lab/benchmark/start';
import { optionsOf, type Wanted } from './options';
import { table, told } from './print';

/** Called by scripts/bench.mjs with what the command line asked for; gives the document and the table. */
async function bench(wanted: Wanted, runtime: string): Promise<{ json: string; text: string }> {
  const create = (name: string) => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
  const start = (name: Parameters<typeof startWorker>[0]) => startWorker(name, create);
  const report = await runBenchmark({ ...optionsOf(wanted), runtime, start }, (progress) => console.info(told(progress)));
  return { json: JSON.stringify(report, null, 2), text: table(report) };
}

Object.assign(globalThis, { bench });
