// The lab's tokenizer on the page itself, for counting tokens as somebody types. The model's weights stay in the worker.
import { createStore } from 'zustand/vanilla';
import { parseConfigJson } from '../engine/model/configJson';
import { encodeSequence } from '../engine/tokenizer/chat';
import { loadTokenizer, type Tokenizer } from '../engine/tokenizer/tokenizer';
import { fetchAssets, loadJson, modelFile } from '../lab/assets';
import { report } from './notices';

export interface TokenizerState {
  readonly model?: string;
  readonly tokenizer?: Tokenizer;
  /** Tokens that the model reads at most, prompt and answer together. */
  readonly context?: number;
}

export const tokenizerStore = createStore<TokenizerState>()(() => ({}));

/** Fetches a model's tokenizer, once; counts stay absent where it cannot be had. */
export async function wantTokenizer(model: string): Promise<void> {
  if (tokenizerStore.getState().model === model) return;
  tokenizerStore.setState({ model, tokenizer: undefined, context: undefined });
  try {
    const load = fetchAssets(document.baseURI);
    const [tokenizer, config] = await Promise.all([loadJson(load, modelFile(model, 'tokenizer.json')), loadJson(load, modelFile(model, 'config.json'))]);
    tokenizerStore.setState({ model, tokenizer: loadTokenizer(tokenizer), context: parseConfigJson(config).max_position_embeddings });
  } catch (error) {
    tokenizerStore.setState({ model: undefined });
    report(error);
  }
}

/** Longer texts are beyond any model of the lab, and counting them would hold the page up. Characters. */
export const MOST_COUNTED = 20_000;

/** Tokens of a prompt with an answer, as training counts them; undefined where the text is too long to be counted here. */
export function countTokens(tokenizer: Tokenizer, prompt: string, completion: string): number | undefined {
  if (prompt.length + completion.length > MOST_COUNTED) return undefined;
  return encodeSequence(tokenizer, prompt, completion).ids.length;
}
