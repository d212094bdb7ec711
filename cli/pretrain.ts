// Makes what ships in public/, from one seed and nothing else: corpus, tokenizer, checkpoint, and the pairs made with it.
// `npm run pretrain`; with `--only pairs` the checkpoint that is there is kept and its pairs are made anew.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBackend } from '../src/engine/backend';
import type { ModelConfig, Weights } from '../src/engine/model/config';
import { checkWeights, configToJson, parseConfigJson } from '../src/engine/model/configJson';
import { initialiseWeights } from '../src/engine/model/initialise';
import { readSafetensors, writeSafetensors } from '../src/engine/model/safetensors';
import { compileObjective } from '../src/engine/objectives';
import { createRandom } from '../src/engine/random';
import { encodePrompt, encodeSequence, END, PAD, specialTokens, USER } from '../src/engine/tokenizer/chat';
import { loadTokenizer, type Tokenizer } from '../src/engine/tokenizer/tokenizer';
import { trainTokenizer } from '../src/engine/tokenizer/train';
import { createCohort } from '../src/engine/training/cohort';
import { createPretrainer } from '../src/engine/training/pretrain';
import type { EncodedSequence } from '../src/engine/training/types';
import { makePairs } from '../src/lab/making/makePairs';
import type { PreferencePair } from '../src/preferences/pair';
import { corpusExample, drawDistinctPrompts, scoreAnswer } from '../src/world';
import { wasmFolder } from './wasmFolder';

const settings = {
  seed: 1,
  vocabulary: 1024,
  /** Answers that the tokenizer learns its merges from. */
  tokenizerExamples: 20_000,
  batchSize: 32,
  /** Batches whose sequences are sorted by length together, so that little of a batch is padding. */
  bucket: 8,
  steps: 2500,
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

/** Pairs of each dataset that ship, by split. */
const shippedPairs = { train: 512, heldOut: 192 } as const;

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'public' },
    steps: { type: 'string', default: String(settings.steps) },
    only: { type: 'string' },
  },
});
const model = join(flags.out, 'models/town');
const started = performance.now();
const elapsed = () => Math.round((performance.now() - started) / 1000);
const say = (line: string) => process.stderr.write(`${line}\n`);
const json = (value: unknown, indent = 1) => `${JSON.stringify(value, null, indent)}\n`;

const device = await openBackend({ choice: 'wasm', wasmPaths: wasmFolder() });
if (flags.only !== 'pairs') await pretrain(Number(flags.steps));
await makeShippedPairs();
say(`done after ${elapsed()} s`);

/** Trains tokenizer and checkpoint on answers generated on the fly, and writes them with the log. */
async function pretrain(steps: number): Promise<void> {
  const { seed } = settings;
  const tokenizerJson = trainTokenizer(tokenizerTexts(seed), { vocabSize: settings.vocabulary, specialTokens });
  const tokenizer = loadTokenizer(tokenizerJson);
  const pretrainer = createPretrainer(initialiseWeights(config, seed), settings.learningRate, {
    steps,
    warmupSteps: settings.warmupSteps,
    decay: 'cosine',
    maxGradNorm: 1,
    weightDecay: settings.weightDecay,
  });
  const source = corpusBatches(seed, tokenizer);
  const log: { step: number; loss: number; seconds: number }[] = [];
  let sum = 0;
  let since = 0;
  for (let step = 1; step <= steps; step++) {
    sum += await pretrainer.step(source.next().value!);
    since += 1;
    if (step % 50 === 0 || step === steps) {
      log.push({ step, loss: Number((sum / since).toFixed(4)), seconds: elapsed() });
      say(`step ${step} of ${steps}: loss ${(sum / since).toFixed(3)}, ${elapsed()} s`);
      sum = since = 0;
    }
  }
  const weights = await pretrainer.weights();
  pretrainer.dispose();
  const special = { pad: tokenizer.idOf(PAD), user: tokenizer.idOf(USER), end: tokenizer.idOf(END) };
  await save(join(model, 'model.safetensors'), writeSafetensors(weights.tensors, { format: 'pt' }));
  await save(join(model, 'config.json'), json(configToJson(config, special), 2));
  await save(join(model, 'tokenizer.json'), json(tokenizerJson));
  const gold = await measureGold(weights, tokenizer);
  await save(
    join(model, 'pretrain.json'),
    json({ settings: { ...settings, steps }, adapter: device.adapter, seconds: elapsed(), gold, log }),
  );
}

/** Mean gold score of the checkpoint's answers to held-out prompts. */
async function measureGold(weights: Weights, tokenizer: Tokenizer) {
  const cohort = referenceCohort(weights);
  const prompts = drawDistinctPrompts(settings.seed, 'heldOut', 192);
  const out: Record<string, number> = {};
  for (const [name, sampling] of Object.entries({
    'temperature 1': { temperature: 1, greedy: false },
    'temperature 0.7': { temperature: 0.7, greedy: false },
    greedy: { temperature: 1, greedy: true },
  })) {
    const [answers] = await cohort.sample(prompts.map((prompt) => encodePrompt(tokenizer, prompt.text)), {
      ...sampling, topK: 0, topP: 1, maxTokens: 72, seed: settings.seed, endToken: tokenizer.idOf(END),
    });
    const scores = answers!.map(({ ids, ended }, i) => scoreAnswer(prompts[i]!, tokenizer.decode(ids), { ended }).score);
    out[name] = Number((scores.reduce((total, score) => total + score, 0) / scores.length).toFixed(3));
    say(`gold score, ${name}: ${out[name]}`);
  }
  cohort.dispose();
  return out;
}

/** Samples the written checkpoint and writes the pairs made from its answers. */
async function makeShippedPairs(): Promise<void> {
  const bytes = await readFile(join(model, 'model.safetensors'));
  const readJson = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(model, name), 'utf8'));
  const tokenizer = loadTokenizer(await readJson('tokenizer.json'));
  const cohort = referenceCohort(checkWeights(parseConfigJson(await readJson('config.json')), readSafetensors(bytes).tensors));
  const checkpoint = createHash('sha256').update(bytes).digest('hex');
  for (const dataset of ['clair', 'off_policy'] as const) {
    const pairs: PreferencePair[] = [];
    for (const [split, part] of [['train', 'all'], ['heldOut', 'heldOut']] as const) {
      pairs.push(
        ...(await makePairs({ dataset, part, count: shippedPairs[split], seed: settings.seed, model: cohort, tokenizer })),
      );
    }
    await save(join(flags.out, 'data', `${dataset}.json`), json({ version: 1, checkpoint, seed: settings.seed, pairs }));
    say(`${dataset}: ${pairs.length} pairs`);
  }
  cohort.dispose();
}

/** One policy at the given weights; it is sampled, never trained. */
function referenceCohort(weights: Weights) {
  return createCohort({
    weights,
    policies: [{ objective: compileObjective('sft'), hyper: {}, learningRate: 0 }],
    schedule: { steps: 1, warmupSteps: 0, decay: 'constant', maxGradNorm: 1, weightDecay: 0 },
  });
}

function* tokenizerTexts(seed: number): Generator<string> {
  const random = createRandom(seed, 1);
  for (let i = 0; i < settings.tokenizerExamples; i++) {
    const { prompt, answer } = corpusExample(random);
    yield prompt.text;
    yield answer;
  }
}

/** Batches of similar lengths, generated on the fly. */
function* corpusBatches(seed: number, tokenizer: Tokenizer): Generator<EncodedSequence[]> {
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

async function save(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
