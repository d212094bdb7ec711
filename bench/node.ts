// The benchmark in Node, on WASM and on plain CPU; started by scripts/bench.mjs.
import { benchmark } from './cases';
import { printResult } from './print';

const known = ['wasm', 'cpu'] as const;
const wanted = known.filter((name) => process.argv.includes(name));

for (const choice of wanted.length > 0 ? wanted : known) {
  console.log(`\n${choice}, Node ${process.versions.node}`);
  // Plain JavaScript is slow enough that fewer steps say as much.
  const { device } = await benchmark(choice, 'node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', {
    onResult: printResult,
    ...(choice === 'cpu' && { steps: 3, warmUp: 1 }),
  });
  console.log(device.adapter);
}
