// What the job that is set up will take, told before it starts: from the very requests of some of its pairs.
import { createStore } from 'zustand/vanilla';
import { shippedDatasets, type ShippedDataset } from '../lab/assets';
import type { ChatRequest } from '../reviser/chat';
import { costOf, estimateRequest } from '../reviser/prices';
import { comparisonRequests, revisionRequest, scoreRequest, taskText } from '../reviser/prompts/requests';
import type { PreferencePair } from '../preferences/pair';
import { revisedSide } from '../reviser/revise';
import { openShipped } from './datasets';
import { sentence, sentenceOf, type Sentence } from './notices';
import { askSettings, isOffline, priceFor, problemOfSetup, templateOf, type Kept, type SetupState } from './reviseSetup';
import { services } from './services';

export interface JobEstimate {
  readonly pairs: number;
  readonly requests: number;
  /** Tokens. */
  readonly input: number;
  readonly output: number;
  /** US dollars; absent where no price is known. */
  readonly money?: number;
  readonly overBudget: boolean;
}

export interface EstimateState {
  readonly estimate?: JobEstimate;
  readonly problem?: Sentence;
  readonly pending: boolean;
}

export const estimateStore = createStore<EstimateState>()(() => ({ pending: false }));

/** Pairs that are looked at for an estimate. */
const LOOKED_AT = 50;

const isShipped = (name: string): name is ShippedDataset => (shippedDatasets as readonly string[]).includes(name);

/** The stored dataset behind a name of the setup. */
export async function datasetId(name: string): Promise<string> {
  return isShipped(name) ? (await openShipped(name)).id : name;
}

/** The rows that the setup is about, in the dataset's order and no more than it says. */
export async function chosenRows({ dataset, scope, most }: Pick<SetupState, 'dataset' | 'scope' | 'most'>): Promise<{ readonly id: string; readonly rows: Uint32Array }> {
  const id = await datasetId(dataset);
  if (scope.kind === 'pair') return { id, rows: Uint32Array.of(scope.row) };
  const { rows } = await services().data.ask({
    type: 'query', dataset: id,
    filter: scope.kind === 'view' ? scope.filter : {},
    ...(scope.kind === 'view' && scope.sample !== undefined && { sample: scope.sample }),
    window: { from: 0, to: most },
  });
  return { id, rows };
}

/** The requests that a pair takes. */
function requestsOf(pair: PreferencePair, setup: Kept): readonly ChatRequest[] {
  const template = templateOf(setup);
  const settings = askSettings(setup);
  const task = taskText(pair);
  switch (template.job) {
    case 'revise':
      return [revisionRequest(template, { task, solution: revisedSide(pair, template) }, settings)];
    case 'compare':
      return comparisonRequests(template, { task, a: pair.chosen, b: pair.rejected }, settings);
    case 'score':
      return [pair.chosen, pair.rejected].map((solution) => scoreRequest(template, { task, solution }, settings));
  }
}

let asked = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Estimates anew a moment after the last change. */
export function wantEstimate(setup: SetupState): void {
  clearTimeout(timer);
  timer = setTimeout(() => void estimate(setup), 200);
}

export async function estimate(setup: SetupState): Promise<void> {
  const mine = ++asked;
  estimateStore.setState({ pending: true });
  try {
    if (problemOfSetup(setup) !== undefined) {
      estimateStore.setState({ pending: false }, true);
      return;
    }
    const { id, rows } = await chosenRows(setup);
    const stored = await services().data.ask({ type: 'pairs', dataset: id, rows: rows.subarray(0, LOOKED_AT) });
    if (mine !== asked) return;
    if (stored.length === 0) {
      estimateStore.setState({ pending: false, problem: sentence('There is no pair to ask about: the dataset is empty, or nothing passes.') }, true);
      return;
    }
    const template = templateOf(setup);
    const each = stored.flatMap(({ pair }) => requestsOf(pair, setup).map((request) => estimateRequest(request, template.job === 'revise' ? revisedSide(pair, template) : '')));
    const scale = rows.length / stored.length;
    const input = Math.round(each.reduce((sum, one) => sum + one.input, 0) * scale);
    const output = Math.round(each.reduce((sum, one) => sum + one.output, 0) * scale);
    const price = priceFor(setup);
    const money = price && costOf({ input, output }, price);
    const overBudget = !isOffline(setup) && (input + output > setup.budgetTokens || (money !== undefined && setup.budgetMoney !== undefined && money > setup.budgetMoney));
    estimateStore.setState(
      { pending: false, estimate: { pairs: rows.length, requests: Math.round(each.length * scale), input, output, overBudget, ...(money !== undefined && { money }) } },
      true,
    );
  } catch (error) {
    if (mine === asked) estimateStore.setState({ pending: false, problem: sentenceOf(error) }, true);
  }
}
