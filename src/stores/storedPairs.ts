// Lets the lab train on stored datasets: the training worker has no storage, so the pairs that a recipe asks for are read
// by the data worker and sent along with the request. Everything else passes through as it is.
import { remark, UserError, type Remark } from '../engine/errors';
import type { Tokenizer } from '../engine/tokenizer/tokenizer';
import { fitPair } from '../lab/datasets';
import type { LabEvent, Request } from '../lab/protocol';
import type { Recipe } from '../lab/recipe';
import type { PreferencePair, Split } from '../preferences/pair';
import type { DataClient, Filter } from '../storage/pairs/protocol';
import type { Lab } from './services';
import { fetchTokenizer, type Reading } from './tokenizer';

type TrainRequest = Extract<Request, { type: 'train' }>;

const PREFIX = 'stored:';

/** How a recipe names a stored dataset. */
export const storedName = (id: string): string => `${PREFIX}${id}`;

/** The dataset's id, where a recipe names a stored one. */
export function storedId(dataset: string): string | undefined {
  return dataset.startsWith(PREFIX) ? dataset.slice(PREFIX.length) : undefined;
}

/** Pairs that are read at a time, and milliseconds of the page's time that are spent on them at a stretch. */
const WINDOW = 400;
const STRETCH = 10;

export interface Gathered {
  readonly pairs: readonly PreferencePair[];
  /** What the training worker will not see and so cannot tell of. */
  readonly remarks: readonly Remark[];
}

/**
 * The first pairs of each side of the split that fit the model, as many as the recipe asks for: just those that training
 * would choose from the whole dataset, which may be too large to be sent.
 * @throws UserError if the dataset is gone; the signal's reason when aborted.
 */
export async function gatherPairs(data: DataClient, id: string, wanted: Recipe['data'], reading: Reading, signal: AbortSignal): Promise<Gathered> {
  const gatherer = createGatherer(data, id, wanted, reading, signal);
  const train = await gatherer.side('train', wanted.trainPairs);
  const heldOut = await gatherer.side('heldOut', wanted.heldOutPairs);
  return { pairs: [...train, ...heldOut], remarks: gatherer.remarks() };
}

function createGatherer(data: DataClient, id: string, { overlong }: Recipe['data'], { tokenizer, context }: Reading, signal: AbortSignal) {
  const longest = longestToken(tokenizer) * context;
  let tooLong = 0;
  let shared = 0;

  const rowsOf = (filter: Filter, window?: { from: number; to: number }) =>
    data.ask({ type: 'query', dataset: id, filter, ...(window && { window }) }, { signal });

  /** Whether a side is too long in any case: each run of letters is a token or more. */
  const isHopeless = ({ chosen, rejected }: PreferencePair): boolean => [chosen, rejected].some((text) => countRuns(text, context) > context);

  async function side(split: Split, count: number): Promise<PreferencePair[]> {
    const own: Filter = { splits: [split], ...(split === 'train' && { flags: { sharedPrompt: false } }) };
    // Texts that no tokenizer could make short enough are not even read.
    const short = { ...own, ranges: { chosenLength: { below: longest }, rejectedLength: { below: longest } } };
    const all = await rowsOf({ splits: [split] }, { from: 0, to: 0 });
    const distinct = await rowsOf(own, { from: 0, to: 0 });
    const { rows } = await rowsOf(short);
    if (split === 'train') shared = all.count - distinct.count;
    let met = 0;
    const found: PreferencePair[] = [];
    for (let from = 0; from < rows.length && found.length < count; from += WINDOW) {
      const stored = await data.ask({ type: 'pairs', dataset: id, rows: rows.subarray(from, from + WINDOW) }, { signal });
      let since = performance.now();
      for (const { pair } of stored) {
        if (found.length === count) break;
        if (performance.now() - since > STRETCH) {
          await new Promise((resolve) => setTimeout(resolve));
          since = performance.now();
          signal.throwIfAborted();
        }
        if (isHopeless(pair) || fitPair(pair, tokenizer, context, overlong) === null) met += 1;
        else found.push(pair);
      }
    }
    // Where there are enough, those behind the last one taken matter to nobody.
    tooLong += found.length < count ? met + distinct.count - rows.length : met;
    return found;
  }

  return {
    side,
    remarks: (): Remark[] => [
      ...(shared > 0 ? [remark('{count} training pairs were left out: their prompts are held out too.', { count: shared })] : []),
      ...(tooLong > 0 ? [remark('{count} pairs were left out: they are longer than the model’s {context} tokens.', { count: tooLong, context })] : []),
    ],
  };
}

function longestToken(tokenizer: Tokenizer): number {
  let most = 1;
  for (let id = 0; id < tokenizer.vocabSize; id++) most = Math.max(most, tokenizer.tokenText(id).length);
  return most;
}

/** Runs of characters between blanks, counted no further than a little beyond `most`. */
function countRuns(text: string, most: number): number {
  let runs = 0;
  let inside = false;
  for (let i = 0; i < text.length && runs <= most; i++) {
    const blank = text.charCodeAt(i) <= 32;
    if (!blank && !inside) runs += 1;
    inside = !blank;
  }
  return runs;
}

/** @param read fetches the model's tokenizer; by default from where the page is served. */
export function withStoredPairs(lab: Lab, data: DataClient, read: (model: string) => Promise<Reading> = fetchTokenizer): Lab {
  const listeners = new Set<(event: LabEvent) => void>();
  /** Runs whose pairs are being read, and what was asked of them meanwhile. */
  const gathering = new Map<string, { readonly controller: AbortController; readonly later: Request[] }>();

  const tell = (event: LabEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  lab.subscribe(tell);

  async function train(request: TrainRequest, id: string): Promise<void> {
    const { runId, resume } = request;
    const step = resume?.step ?? 0;
    const controller = new AbortController();
    const later: Request[] = [];
    gathering.set(runId, { controller, later });
    try {
      tell({ type: 'state', runId, state: 'preparing', step, detail: remark('Reading the dataset …') });
      const { pairs, remarks } = await gatherPairs(data, id, request.recipe.data, await read(request.recipe.model), controller.signal);
      lab.send({ ...request, pairs, leftOut: remarks });
      for (const one of later) lab.send(one);
    } catch (error) {
      if (controller.signal.aborted) {
        tell({ type: 'state', runId, state: 'stopped', step });
        return;
      }
      const said =
        error instanceof UserError
          ? error
          : new UserError('Something failed that the lab did not expect: {reason}. Your work up to here is kept.', {
              reason: error instanceof Error ? error.message : String(error),
            });
      tell({ type: 'failed', runId, message: said.message, template: said.template, values: said.values });
      tell({ type: 'state', runId, state: 'failed', step });
    } finally {
      gathering.delete(runId);
    }
  }

  return {
    send(request) {
      const id = request.type === 'train' && request.pairs === undefined ? storedId(request.recipe.data.dataset) : undefined;
      const waiting = 'runId' in request ? gathering.get(request.runId) : undefined;
      if (request.type === 'train' && id !== undefined) void train(request, id);
      else if (waiting === undefined) lab.send(request);
      else if (request.type === 'stop') waiting.controller.abort(new DOMException('The run was stopped.', 'AbortError'));
      else waiting.later.push(request);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
