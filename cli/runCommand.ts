// `lab run RECIPE.json`: runs an experiment without a page, by the same runner, and writes the run's document.
import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createCohort, openEngine } from '../src/engine/engine';
import type { BackendChoice } from '../src/engine/device';
import { UserError } from '../src/engine/errors';
import type { AssetLoader } from '../src/lab/assets';
import type { LabEvent, MetricsRow, PolicyStop, RunDevice, RunStart, RunState } from '../src/lab/protocol';
import { parseRecipe, type Recipe } from '../src/lab/recipe';
import { buildReport, finalFigures, type RunReport } from '../src/lab/report';
import { createLab } from '../src/lab/runner';
import { remarkText } from '../src/world';
import { reasonOf } from './assets';
import { nodeGpu } from './gpu';
import { wasmFolder } from './wasmFolder';

export interface RunCommand {
  readonly recipe: string;
  readonly out: string | undefined;
  readonly backend: BackendChoice;
  readonly json: boolean;
}

/** A run that began and then broke: not the input's fault. */
export class RunFailure extends Error {}

async function readRecipe(path: string): Promise<Recipe> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError('The recipe {path} could not be read: {reason}.', { path, reason: reasonOf(error) });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError('The recipe {path} is not valid JSON: {reason}.', { path, reason: (error as Error).message });
  }
  return parseRecipe(json);
}

/** Finds out before an hour of training, not after it. */
async function checkOut(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)));
  } catch (error) {
    throw new UserError('The run cannot be written to {path}: {reason}.', { path, reason: reasonOf(error) });
  }
}

/** Runs the recipe to its end; progress goes to standard error. @returns what is to be printed. */
export async function runCommand(command: RunCommand, load: AssetLoader): Promise<string> {
  const recipe = await readRecipe(command.recipe);
  if (command.out !== undefined) await checkOut(command.out);
  const report = await runRecipe(recipe, command.backend, load);
  if (command.out !== undefined) {
    try {
      await writeFile(command.out, `${JSON.stringify(report)}\n`);
    } catch (error) {
      throw new RunFailure(`The run cannot be written to ${command.out}: ${reasonOf(error)}.`);
    }
  }
  return command.json ? JSON.stringify(summary(report), null, 2) : table(report);
}

async function runRecipe(recipe: Recipe, backend: BackendChoice, load: AssetLoader): Promise<RunReport> {
  const runId = 'cli';
  const createdAt = Date.now();
  const rows: MetricsRow[] = [];
  const stops: PolicyStop[] = [];
  const devices: RunDevice[] = [];
  let start: RunStart | undefined;
  let state: RunState = 'preparing';
  let step = 0;
  let elapsedMs = 0;
  let failure: string | undefined;
  let userError: UserError | undefined;

  const lab = createLab({
    load,
    createCohort,
    openBackend: async (choice, onLoss) =>
      openEngine({ choice, onLoss, wasmPaths: wasmFolder(), ...(choice === 'webgpu' && { gpu: await nodeGpu() }) }),
    emit: (event: LabEvent) => {
      switch (event.type) {
        case 'started':
          start = event.start;
          progress(start.device.adapter);
          for (const warning of start.warnings) progress(remarkText(warning));
          progress(`${start.policies.length} policies, ${start.trainPairs} training pairs, ${start.heldOutPairs} held-out pairs`);
          break;
        case 'rows': {
          rows.push(...event.rows);
          elapsedMs = event.elapsedMs;
          const held = event.rows.filter((row) => 'eval_logps/chosen' in row.values);
          if (held.length > 0) progress(progressLine(held, recipe, elapsedMs));
          break;
        }
        case 'policyStopped':
          stops.push(event.stop);
          progress(`policy ${event.stop.policy} was stopped at step ${event.stop.step}: ${event.stop.reason}`);
          break;
        case 'runDevice':
          devices.push(event.used);
          progress(event.used.device.adapter);
          break;
        case 'state':
          if (event.detail) progress(remarkText(event.detail));
          state = event.state;
          step = event.step;
          break;
        case 'failed':
          failure = event.message;
          if (start === undefined) userError = new UserError(event.template, event.values);
          break;
        case 'opened':
        case 'checkpoint':
        case 'samples':
          break;
      }
    },
  });

  lab.send({ type: 'open', backend });
  await lab.idle();
  if (failure !== undefined) throw new RunFailure(failure);

  const interrupt = (): void => {
    progress('stopping after this step');
    lab.send({ type: 'stop', runId });
  };
  process.once('SIGINT', interrupt);
  lab.send({ type: 'train', runId, recipe });
  await lab.idle();
  process.removeListener('SIGINT', interrupt);
  if (userError) throw userError;
  if (failure !== undefined || start === undefined) throw new RunFailure(failure ?? 'The run did not begin.');
  return buildReport({ name: recipe.name, createdAt, state, step, elapsedMs, start, stops, devices }, rows);
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function progressLine(held: readonly MetricsRow[], recipe: Recipe, elapsedMs: number): string {
  const winners = held.map((row) => `${row.policy}: ${row.values['eval_logps/chosen']!.toFixed(2)}/${row.values['eval_logps/rejected']!.toFixed(2)}`);
  return `step ${held[0]!.step} of ${recipe.schedule.steps}, ${(elapsedMs / 1000).toFixed(1)} s, held-out winners/losers  ${winners.join('  ')}`;
}

/** What `--json` prints: the end of each policy, without the way there. */
function summary(report: RunReport): object {
  const figures = finalFigures(report.metrics);
  const { name, state, steps, elapsedMs, dataHash, adapter, versions, reference, stops } = report;
  return {
    name, state, steps, elapsedMs, dataHash, adapter, versions, reference, stops,
    policies: report.policies.map((policy) => ({
      ...policy,
      step: figures.get(policy.index)?.step ?? null,
      metrics: figures.get(policy.index)?.values ?? {},
    })),
  };
}

const columns = [
  ['winners', 'eval_logps/chosen'],
  ['losers', 'eval_logps/rejected'],
  ['margin', 'eval_rewards/margins'],
  ['accuracy', 'eval_rewards/accuracies'],
  ['loss', 'eval_loss'],
] as const;

function table(report: RunReport): string {
  const figures = finalFigures(report.metrics);
  const lines = report.policies.map(({ index, label, seed }) => {
    const found = figures.get(index);
    return [label, String(seed), String(found?.step ?? '–'), ...columns.map(([, key]) => found?.values[key]?.toFixed(3) ?? '–')];
  });
  const reference = ['reference', '', '', ...columns.map(([, key]) => report.reference[key]?.toFixed(3) ?? '–')];
  const all = [['policy', 'seed', 'step', ...columns.map(([title]) => title)], reference, ...lines];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  return all
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ').trimEnd())
    .join('\n');
}
