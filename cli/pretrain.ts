// Makes what ships in public/: corpus, tokenizer and checkpoint, from one seed and nothing else. `npm run pretrain`.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBackend } from '../src/engine/backend';
import type { ModelConfig } from '../src/engine/model/config';
import { configToJson } from '../src/engine/model/configJson';
import { initialiseWeights } from '../src/engine/model/initialise';
import { writeSafetensors } from '../src/engine/model/safetensors';
import { createRandom } from '../src/engine/random';
import { encodeSequence, END, PAD, specialTokens, USER } from '../src/engine/tokenizer/chat';
import { loadTokenizer } from '../src/engine/tokenizer/tokenizer';
import { trainTokenizer } from '../src/engine/tokenizer/train';
import { createPretrainer } from '../src/engine/training/pretrain';
import { corpusExample } from '../src/world';
import { wasmFolder } from './wasmFolder';

const settings = {
  seed: 1,
  vocabulary: 1024,
  /** Answers that the tokenizer learns its merges from. */
  tokenizerExamples: 20_000,
  batchSize: 32,
  /** Batches whose sequences are sorted by length together, so that little of a batch is padding. */
  bucket: 8,
  steps: 3500,
  learningRate: 3e-3,
  warmupSteps: 100,
  weightDecay: 0.01,
} as const;

const config: ModelConfig = {
  vocab_size: settings.vocabulary,
  hidden_size: 96,
  intermediate_size: 256,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
};

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'public/models/town' },
    steps: { type: 'string', default: String(settings.steps) },
  },
});
const steps = Number(flags.steps);
const started = performance.now();
const elapsed = () => Math.round((performance.now() - started) / 1000);

const device = await openBackend({ choice: 'wasm', wasmPaths: wasmFolder() });
const { seed } = settings;

const corpus = createRandom(seed, 1);
const texts = function* () {
  for (let i = 0; i < settings.tokenizerExamples; i++) {
    const { prompt, answer } = corpusExample(corpus);
    yield prompt.text;
    yield answer;
  }
};
const tokenizerJson = trainTokenizer(texts(), { vocabSize: settings.vocabulary, specialTokens });
const tokenizer = loadTokenizer(tokenizerJson);

const pretrainer = createPretrainer(initialiseWeights(config, seed), settings.learningRate, {
  steps,
  warmupSteps: settings.warmupSteps,
  decay: 'cosine',
  maxGradNorm: 1,
  weightDecay: settings.weightDecay,
});

/** Batches of similar lengths, generated on the fly. */
function* batches() {
  for (let block = 0; ; block++) {
    const random = createRandom(seed, 2, block);
    const sequences = Array.from({ length: settings.batchSize * settings.bucket }, () => {
      const { prompt, answer } = corpusExample(random);
      return encodeSequence(tokenizer, prompt.text, answer);
    }).sort((a, b) => a.ids.length - b.ids.length);
    const starts = Array.from({ length: settings.bucket }, (_, i) => i * settings.batchSize);
    for (const start of random.shuffle(starts)) yield sequences.slice(start, start + settings.batchSize);
  }
}

const log: { step: number; loss: number; seconds: number }[] = [];
let sum = 0;
let since = 0;
const source = batches();
for (let step = 1; step <= steps; step++) {
  sum += await pretrainer.step(source.next().value!);
  since += 1;
  if (step % 50 === 0 || step === steps) {
    log.push({ step, loss: Number((sum / since).toFixed(4)), seconds: elapsed() });
    process.stderr.write(`step ${step} of ${steps}: loss ${(sum / since).toFixed(3)}, ${elapsed()} s\n`);
    sum = since = 0;
  }
}

const weights = await pretrainer.weights();
await mkdir(flags.out, { recursive: true });
const save = (name: string, content: string | Uint8Array) => writeFile(join(flags.out, name), content);
await save('model.safetensors', writeSafetensors(weights.tensors, { format: 'pt' }));
const special = { pad: tokenizer.idOf(PAD), user: tokenizer.idOf(USER), end: tokenizer.idOf(END) };
await save('config.json', `${JSON.stringify(configToJson(config, special), null, 2)}\n`);
await save('tokenizer.json', `${JSON.stringify(tokenizerJson, null, 1)}\n`);
await save('pretrain.json', `${JSON.stringify({ settings: { ...settings, steps }, adapter: device.adapter, seconds: elapsed(), log }, null, 1)}\n`);
process.stderr.write(`wrote ${flags.out} after ${elapsed()} s\n`);
