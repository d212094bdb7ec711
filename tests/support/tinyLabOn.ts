// A lab small enough for plain CPU: a model of a few thousand parameters, a dataset of a dozen pairs, all in memory. It
// runs on the device that a test opens for it, in Node and in the browser.
import type { DeviceReport } from '../../src/engine/device';
import type { ModelConfig, Weights } from '../../src/engine/model/config';
import { configToJson } from '../../src/engine/model/configJson';
import { writeSafetensors } from '../../src/engine/model/safetensors';
import { specialTokens } from '../../src/engine/tokenizer/chat';
import { loadTokenizer } from '../../src/engine/tokenizer/tokenizer';
import { trainTokenizer } from '../../src/engine/tokenizer/train';
import type { Cohort, CohortOptions } from '../../src/engine/training/types';
import { UserError } from '../../src/engine/errors';
import type { AssetLoader } from '../../src/lab/assets';
import type { Examiners } from '../../src/lab/examine';
import type { LabEvent, Request, RunCheckpoint, RunState } from '../../src/lab/protocol';
import { parseRecipe, type Recipe } from '../../src/lab/recipe';
import { createLab, type LabOptions } from '../../src/lab/runner';
import type { PreferencePair } from '../../src/preferences/pair';
import { lively } from './modelSuite';

const names = ['Ada', 'Ben', 'Cora', 'Dan'];
const colours = ['red', 'blue', 'green'];

export const tinyPairs: readonly PreferencePair[] = names.flatMap((name, n) =>
  colours.map((colour, c): PreferencePair => {
    const other = colours[(c + 1 + (n % 2)) % 3]!;
    return {
      id: `${name}-${colour}`,
      prompt: `Is ${name}'s boat ${colour}?`,
      chosen: `Yes, ${name}'s boat is ${colour}.`,
      rejected: `Well, ${name}'s boat is ${other}, I think.`,
      split: n === 3 ? 'heldOut' : 'train',
      source: 'clair',
    };
  }),
);

const tokenizerJson = trainTokenizer(
  tinyPairs.flatMap(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]),
  { vocabSize: 320, specialTokens },
);
export const tinyTokenizer = loadTokenizer(tokenizerJson);

const config: ModelConfig = {
  vocab_size: 320,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
};
export const tinyWeights: Weights = lively(config, 3);

/** The shipped files; a test may put another in its place. */
export function tinyFiles(): Map<string, Uint8Array> {
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  return new Map([
    ['models/town/model.safetensors', writeSafetensors(tinyWeights.tensors)],
    ['models/town/config.json', json(configToJson(config, { pad: 0, user: 1, end: 3 }))],
    ['models/town/tokenizer.json', json(tokenizerJson)],
    ['data/clair.json', json({ version: 1, pairs: tinyPairs })],
  ]);
}

export function assetsOf(files: ReadonlyMap<string, Uint8Array>): AssetLoader {
  return (path) => {
    const bytes = files.get(path);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new UserError('The file {path} could not be loaded.', { path }));
  };
}

/** Nobody answers prompts unless a test asks for it. */
export function tinyRecipe({ evaluation, ...change }: { [key: string]: unknown } = {}): Recipe {
  return parseRecipe({
    version: 1,
    name: 'Tiny',
    cohort: [
      { objective: 'dpo', learningRate: 0.01 },
      { objective: 'apo_zero', learningRate: 0.01 },
    ],
    data: { trainPairs: 9, heldOutPairs: 3 },
    schedule: { steps: 4, batchSize: 3, warmupSteps: 1 },
    evaluation: { every: 2, samples: 0, ...(evaluation as object) },
    ...change,
  });
}

export type EventOf<T extends LabEvent['type']> = Extract<LabEvent, { type: T }>;

export interface TinyLab {
  readonly events: LabEvent[];
  send(request: Request): void;
  idle(): Promise<void>;
  of<T extends LabEvent['type']>(type: T): EventOf<T>[];
  states(runId: string): [RunState, number][];
  /** Settles at the next event that fits. */
  next(fits: (event: LabEvent) => boolean): Promise<LabEvent>;
  checkpoint(): RunCheckpoint;
}

export interface TinyLabOptions extends Examiners {
  readonly files?: ReadonlyMap<string, Uint8Array>;
  readonly wrapCohort?: (cohort: Cohort, options: CohortOptions) => Cohort;
  /** A clock in milliseconds in place of the real one. */
  readonly now?: () => number;
}

/** How a test opens its device, and makes cohorts on it. */
export interface TestDevice {
  /** The choice that was asked for may be left out of account. */
  open(...asked: Parameters<LabOptions['openBackend']>): Promise<DeviceReport>;
  createCohort(options: CohortOptions): Cohort;
}

export function tinyLabOn(device: TestDevice, options: TinyLabOptions = {}): TinyLab {
  const events: LabEvent[] = [];
  const waiting = new Set<{ fits: (event: LabEvent) => boolean; resolve: (event: LabEvent) => void }>();
  const lab = createLab({
    load: assetsOf(options.files ?? tinyFiles()),
    ...(options.now && { now: options.now }),
    ...(options.checkDevice && { checkDevice: options.checkDevice }),
    ...(options.benchmark && { benchmark: options.benchmark }),
    openBackend: (choice, onLoss) => device.open(choice, onLoss),
    createCohort: (cohortOptions) => {
      const cohort = device.createCohort(cohortOptions);
      return options.wrapCohort?.(cohort, cohortOptions) ?? cohort;
    },
    emit: (event) => {
      events.push(event);
      for (const waiter of [...waiting]) {
        if (!waiter.fits(event)) continue;
        waiting.delete(waiter);
        waiter.resolve(event);
      }
    },
  });
  const of = <T extends LabEvent['type']>(type: T): EventOf<T>[] => events.filter((event): event is EventOf<T> => event.type === type);
  return {
    events,
    send: lab.send,
    idle: lab.idle,
    of,
    states: (runId) => of('state').filter((event) => event.runId === runId).map((event) => [event.state, event.step]),
    next: (fits) => new Promise((resolve) => waiting.add({ fits, resolve })),
    checkpoint: () => of('checkpoint').at(-1)!.checkpoint,
  };
}
