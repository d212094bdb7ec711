// The files that ship in public/: their names, and how a model is put together from them. The worker loads them by
// fetch, the command line from the disk; both only hand in a function that gives a file's bytes.
import { UserError } from '../engine/errors';
import type { Weights } from '../engine/model/config';
import { checkWeights, parseConfigJson } from '../engine/model/configJson';
import { readSafetensors } from '../engine/model/safetensors';
import { specialTokens } from '../engine/tokenizer/chat';
import { loadTokenizer, type Tokenizer } from '../engine/tokenizer/tokenizer';
import { sha256 } from './sha256';

/** Gives a shipped file's bytes by its path below public/. Throws a UserError if it can not be had. */
export type AssetLoader = (path: string) => Promise<Uint8Array>;

export const shippedModels = ['town'] as const;
export const shippedDatasets = ['clair', 'off_policy'] as const;
export type ShippedDataset = (typeof shippedDatasets)[number];

/** A model of one's own, which was made of a policy and has the shipped model's shape and tokenizer. */
const OWN = 'own:';
export const isAdopted = (model: string): boolean => model.startsWith(OWN);

export const modelFile = (model: string, file: 'model.safetensors' | 'config.json' | 'tokenizer.json' | 'pretrain.json'): string =>
  `models/${model}/${file}`;
export const datasetFile = (dataset: ShippedDataset): string => `data/${dataset}.json`;
export const DEFAULT_RECIPE = 'recipes/default.json';

export interface LoadedModel {
  readonly id: string;
  readonly weights: Weights;
  readonly tokenizer: Tokenizer;
  /** SHA-256 (hex) over the checkpoint, its config and its tokenizer. */
  readonly hash: string;
}

/** A loader that fetches from where the page is served. */
export function fetchAssets(base: string): AssetLoader {
  return async (path) => {
    let reason: string;
    try {
      const response = await fetch(new URL(path, base));
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      reason = `${response.status} ${response.statusText}`.trim();
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    throw new UserError('The file {path} could not be loaded ({reason}). Nothing was changed; check the connection and try again.', { path, reason });
  };
}

/** @throws UserError if the file is no JSON. */
export async function loadJson(load: AssetLoader, path: string): Promise<unknown> {
  const bytes = await load(path);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new UserError('The file {path} is not valid JSON. Nothing was changed.', { path });
  }
}

/**
 * Loads a model's weights and tokenizer and checks that they belong together.
 * @throws UserError naming the field or the parameter that is wrong.
 */
export async function loadModel(load: AssetLoader, id: string): Promise<LoadedModel> {
  if (!(shippedModels as readonly string[]).includes(id)) {
    throw new UserError('The recipe’s field “model” names “{model}”, which is not here. Known are: {known}.', {
      model: id,
      known: shippedModels.join(', '),
    });
  }
  const [file, configJson, tokenizerJson] = await Promise.all([
    load(modelFile(id, 'model.safetensors')),
    loadJson(load, modelFile(id, 'config.json')),
    loadJson(load, modelFile(id, 'tokenizer.json')),
  ]);
  const config = parseConfigJson(configJson);
  const weights = checkWeights(config, readSafetensors(file).tensors);
  const tokenizer = loadTokenizer(tokenizerJson);
  if (tokenizer.vocabSize > config.vocab_size) {
    throw new UserError('The tokenizer has {tokens} tokens and the model’s “vocab_size” is {size}. The model in use was kept.', {
      tokens: tokenizer.vocabSize,
      size: config.vocab_size,
    });
  }
  specialTokens.forEach((token) => tokenizer.idOf(token));
  return { id, weights, tokenizer, hash: sha256(sha256(file) + JSON.stringify([configJson, tokenizerJson])) };
}
