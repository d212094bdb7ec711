// From what the command line asked for to the benchmark's options; the same in Node and in a browser.
import type { BackendName } from '../src/engine/device';
import type { BenchmarkOptions } from '../src/lab/benchmark/run';
import { versions } from './versions';

export interface Wanted {
  readonly backends: readonly BackendName[];
  readonly quick: boolean;
}

export function optionsOf({ backends, quick }: Wanted): Pick<BenchmarkOptions, 'backends' | 'quick' | 'against' | 'versions'> {
  return { backends, quick, against: ['stockTfjs', 'jaxJs'], versions };
}
