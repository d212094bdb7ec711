// The lab's command line. Progress goes to standard error, the result to standard output; bad input ends with 2 and one line.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BackendChoice } from '../src/engine/device';
import { UserError } from '../src/engine/errors';
import { askCommand } from './ask/command';
import { askNames, parseAsk, presetNames } from './ask/options';
import { diskAssets } from './assets';
import { importCommand, inspectCommand, type Printed } from './importCommand';
import { pairsCommand } from './pairsCommand';
import { reproduceCommand } from './reproduce/command';
import { runCommand } from './runCommand';

const USAGE = `Usage:
  lab run RECIPE.json [--out RUN.json] [--backend auto|webgpu|wasm|cpu] [--json]
      runs an experiment and prints the final held-out figures of each policy
  lab reproduce --out DIR [--quick] [--plan PLAN.json] [--backend auto|webgpu|wasm|cpu] [--json]
      re-enacts the paper: makes its datasets, trains its grid, asks the benchmark, and writes report.html, study.json and
      tables; run again with the same folder, it goes on where it was
  lab pairs --out FILE.jsonl [--dataset clair|off_policy] [--count N] [--json]
      writes shipped preference pairs in the shape that TRL reads
  lab inspect FILE|- [--mapping MAPPING.json] [--json]
      tells format, columns, rejected rows, contrastiveness and lengths of preference data of any known format
  lab import FILE|- --out FILE.jsonl [--rejected FILE.jsonl] [--mapping MAPPING.json]
             [--shape conversational|standard|lab] [--json]
      converts it: to what TRL reads, or (lab) to lines that keep everything
  lab revise FILE|- --out OUT.jsonl --base-url URL --model NAME [--key-env NAME] [options] [--json]
      has a chat model revise each loser minimally into a winner (CLAIR); replies that give no pair go to
      OUT.rejected.jsonl with their reasons; run again, it goes on without asking anything twice
  lab judge FILE|- --out OUT.jsonl --base-url URL --model NAME [--key-env NAME] [options] [--json]
      has a chat model say, in both orders, which answer of each pair is better
    --provider openai|anthropic|offline    offline is the town's own, with no URL, model or key
    --key-env NAME                         the environment variable that holds the key
    --preset NAME                          ${presetNames('revise')}; ${presetNames('judge')}
    --principle TEXT                       for the preset harmless
    --temperature T --max-tokens N         of each reply
    --concurrency N --rpm N --tpm N        requests at a time, requests and tokens a minute
    --attempts N                           of one request, where a fault may pass
    --budget-tokens N --budget-usd X       stops before a request that could go beyond it
    --max N                                pairs at most
    --mapping MAPPING.json --shape SHAPE   as for lab import`;

const backends: readonly string[] = ['auto', 'webgpu', 'wasm', 'cpu'];

function isBackend(name: string): name is BackendChoice {
  return backends.includes(name);
}

/** @throws UserError for a name that is none. */
function backendOf(value: string | boolean | undefined): BackendChoice {
  const backend = text(value) ?? 'auto';
  if (!isBackend(backend)) throw new UserError('--backend is one of {known}, not “{backend}”.', { known: backends.join(', '), backend });
  return backend;
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

const shapes = ['conversational', 'standard', 'lab'] as const;

async function main(args: string[]): Promise<string | Printed> {
  const [command, ...rest] = args;
  const load = diskAssets(join(process.cwd(), 'public'));
  switch (command) {
    case 'run': {
      const { values, positionals } = parse(rest, { out: { type: 'string' }, backend: { type: 'string' }, json: { type: 'boolean' } });
      const [recipe, ...more] = positionals;
      if (recipe === undefined || more.length > 0) throw new UserError('lab run takes one recipe: lab run RECIPE.json.');
      return runCommand({ recipe, out: text(values.out), backend: backendOf(values.backend), json: values.json === true }, load);
    }
    case 'reproduce': {
      const { values, positionals } = parse(rest, {
        out: { type: 'string' }, quick: { type: 'boolean' }, plan: { type: 'string' }, backend: { type: 'string' }, json: { type: 'boolean' },
      });
      const out = text(values.out);
      if (out === undefined || positionals.length > 0) throw new UserError('lab reproduce needs a folder to write to: --out DIR.');
      const plan = text(values.plan);
      if (plan !== undefined && values.quick === true) throw new UserError('--quick is a plan of its own; leave it out, or leave out --plan.');
      const backend = backendOf(values.backend);
      return reproduceCommand({ out, plan, backend, quick: values.quick === true, json: values.json === true }, load);
    }
    case 'pairs': {
      const { values, positionals } = parse(rest, {
        dataset: { type: 'string' }, count: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean' },
      });
      const out = text(values.out);
      if (out === undefined || positionals.length > 0) throw new UserError('lab pairs needs a file to write to: --out FILE.jsonl.');
      return pairsCommand({ dataset: text(values.dataset) ?? 'clair', count: text(values.count), out, json: values.json === true }, load);
    }
    case 'inspect': {
      const { values, positionals } = parse(rest, { mapping: { type: 'string' }, json: { type: 'boolean' } });
      const [file, ...more] = positionals;
      if (file === undefined || more.length > 0) throw new UserError('lab inspect takes one file, or - for standard input: lab inspect FILE.');
      return inspectCommand({ file, mapping: text(values.mapping), json: values.json === true });
    }
    case 'import': {
      const { values, positionals } = parse(rest, {
        out: { type: 'string' }, rejected: { type: 'string' }, mapping: { type: 'string' }, shape: { type: 'string' }, json: { type: 'boolean' },
      });
      const [file, ...more] = positionals;
      const out = text(values.out);
      if (file === undefined || more.length > 0 || out === undefined) {
        throw new UserError('lab import takes one file, or - for standard input, and a file to write to: lab import FILE --out FILE.jsonl.');
      }
      const shape = shapes.find((one) => one === (text(values.shape) ?? 'conversational'));
      if (shape === undefined) throw new UserError('--shape is one of {known}, not “{shape}”.', { known: shapes.join(', '), shape: text(values.shape) ?? '' });
      return importCommand({ file, out, shape, rejected: text(values.rejected), mapping: text(values.mapping), json: values.json === true });
    }
    case 'revise':
    case 'judge': {
      const { values, positionals } = parse(rest, { ...Object.fromEntries(askNames.map((name) => [name, { type: 'string' as const }])), json: { type: 'boolean' } });
      return askCommand(parseAsk(command, positionals, values, process.env));
    }
    case 'help':
    case '--help':
    case '-h':
      return USAGE;
    default:
      throw new UserError('lab knows the commands run, reproduce, pairs, inspect, import, revise and judge, not “{command}”; lab help says more.', { command: command ?? '' });
  }
}

let status = 0;
let given: number | undefined;
try {
  const result = await main(process.argv.slice(2));
  const { text, failure, status: ends }: Printed = typeof result === 'string' ? { text: result } : result;
  await new Promise<void>((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
  given = ends;
  if (failure) throw failure;
} catch (error) {
  status = given ?? (error instanceof UserError ? 2 : 1);
  // One line, whatever a quoted reason holds.
  process.stderr.write(`${(error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')}\n`);
}
// A GPU that Dawn has opened would keep the process alive.
process.exit(status);
