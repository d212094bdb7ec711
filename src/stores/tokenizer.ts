// The lab's tokenizer on the page itself, for counting tokens as somebody types. The model's weights stay in the worker.
import { createStore } from 'zustand/vanilla';
import { parseConfigJson } from '../engine/model/configJson';
import { encodeSequence } from '../engine/tokenizer/chat';
import { loadTokenizer, type Tokenizer } from '../engine/tokenizer/tokenizer';
import { fetchAssets, isAdopted, loadJson, modelFile, shippedModels, type AssetLoader } from '../lab/assets';
import type { ModelReading } from '../storage/pairs/protocol';
import { report } from './notices';

export interface TokenizerState {
  readonly model?: string;
  readonly tokenizer?: Tokenizer;
  /** Tokens that the model reads at most, prompt and answer together. */
  readonly context?: number;
}

export const tokenizerStore = createStore<TokenizerState>()(() => ({}));

export interface Reading {
  readonly tokenizer: Tokenizer;
  readonly context: number;
}

/** The model whose files tell how another is read: a policy reads as the model it began as. */
const filesOf = (model: string): string => (isAdopted(model) ? shippedModels[0] : model);

/** Fetches what it takes to count a model's tokens. @throws UserError if it cannot be had. */
export async function fetchTokenizer(model: string, load: AssetLoader = fetchAssets(document.baseURI)): Promise<Reading> {
  const known = tokenizerStore.getState();
  if (known.model === model && known.tokenizer !== undefined && known.context !== undefined) return { tokenizer: known.tokenizer, context: known.context };
  const [tokenizer, config] = await Promise.all([loadJson(load, modelFile(filesOf(model), 'tokenizer.json')), loadJson(load, modelFile(filesOf(model), 'config.json'))]);
  return { tokenizer: loadTokenizer(tokenizer), context: parseConfigJson(config).max_position_embeddings };
}

/** Sees to it that a model's tokens can be counted; counts stay absent where its tokenizer cannot be had. */
export async function wantTokenizer(model: string): Promise<void> {
  if (tokenizerStore.getState().model === model) return;
  tokenizerStore.setState({ model, tokenizer: undefined, context: undefined });
  try {
    const read = await fetchTokenizer(model);
    if (tokenizerStore.getState().model === model) tokenizerStore.setState(read);
  } catch (error) {
    tokenizerStore.setState({ model: undefined });
    report(error);
  }
}

/** Fetches what the data worker needs to count a model's tokens by itself. @throws UserError if it cannot be had. */
export async function fetchReading(model: string, load: AssetLoader = fetchAssets(document.baseURI)): Promise<ModelReading> {
  const [tokenizer, config] = await Promise.all([loadJson(load, modelFile(filesOf(model), 'tokenizer.json')), loadJson(load, modelFile(filesOf(model), 'config.json'))]);
  return { name: model, tokenizer, tokens: parseConfigJson(config).max_position_embeddings };
}

/** Longer texts are beyond any model of the lab, and counting them would hold the page up. Characters. */
export const MOST_COUNTED = 20_000;

/** Tokens of a prompt with an answer, as training counts them; undefined where the text is too long to be counted here. */
export function countTokens(tokenizer: Tokenizer, prompt: string, completion: string): number | undefined {
  if (prompt.length + completion.length > MOST_COUNTED) return undefined;
  return encodeSequence(tokenizer, prompt, completion).ids.length;
}
