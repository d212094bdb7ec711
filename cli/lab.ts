// The lab's command line. Progress goes to standard error, the result to standard output; bad input ends with 2 and one line.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BackendChoice } from '../src/engine/device';
import { UserError } from '../src/engine/errors';
import { diskAssets } from './assets';
import { pairsCommand } from './pairsCommand';
import { runCommand } from './runCommand';

const USAGE = `Usage:
  lab run RECIPE.json [--out RUN.json] [--backend auto|webgpu|wasm|cpu] [--json]
      runs an experiment and prints the final held-out figures of each policy
  lab pairs --out FILE.jsonl [--dataset clair|off_policy] [--count N] [--json]
      writes shipped preference pairs in the shape that TRL reads`;

const backends: readonly string[] = ['auto', 'webgpu', 'wasm', 'cpu'];

function isBackend(name: string): name is BackendChoice {
  return backends.includes(name);
}

function parse(args: string[], options: Record<string, { type: 'string' | 'boolean' }>) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UserError('{reason}', { reason: (error as Error).message.split('\n')[0]! });
  }
}

/** An option's text; parseArgs types every option as either kind. */
const text = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

async function main(args: string[]): Promise<string> {
  const [command, ...rest] = args;
  const load = diskAssets(join(process.cwd(), 'public'));
  switch (command) {
    case 'run': {
      const { values, positionals } = parse(rest, { out: { type: 'string' }, backend: { type: 'string' }, json: { type: 'boolean' } });
      const [recipe, ...more] = positionals;
      if (recipe === undefined || more.length > 0) throw new UserError('lab run takes one recipe: lab run RECIPE.json.');
      const backend = text(values.backend) ?? 'auto';
      if (!isBackend(backend)) throw new UserError('--backend is one of {known}, not “{backend}”.', { known: backends.join(', '), backend });
      return runCommand({ recipe, out: text(values.out), backend, json: values.json === true }, load);
    }
    case 'pairs': {
      const { values, positionals } = parse(rest, {
        dataset: { type: 'string' }, count: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean' },
      });
      const out = text(values.out);
      if (out === undefined || positionals.length > 0) throw new UserError('lab pairs needs a file to write to: --out FILE.jsonl.');
      return pairsCommand({ dataset: text(values.dataset) ?? 'clair', count: text(values.count), out, json: values.json === true }, load);
    }
    case 'help':
    case '--help':
    case '-h':
      return USAGE;
    default:
      throw new UserError('lab knows the commands run and pairs, not “{command}”; lab help says more.', { command: command ?? '' });
  }
}

let status = 0;
try {
  const result = await main(process.argv.slice(2));
  await new Promise<void>((resolve) => process.stdout.write(`${result}\n`, () => resolve()));
} catch (error) {
  status = error instanceof UserError ? 2 : 1;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
// A GPU that Dawn has opened would keep the process alive.
process.exit(status);
