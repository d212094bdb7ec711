import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { remarkText, UserError } from '../../../src/engine/errors';
import { loadModel } from '../../../src/lab/assets';
import { hashPairs, loadShippedPairs, prepareData } from '../../../src/lab/datasets';
import type { PreferencePair } from '../../../src/preferences/pair';
import { assetsOf, tinyFiles, tinyPairs, tinyTokenizer } from '../../support/tinyLab';

const wanted = { dataset: 'clair', trainPairs: 9, heldOutPairs: 3 };
const prepare = (pairs: readonly PreferencePair[], change = {}, context = 64) => prepareData(pairs, { ...wanted, ...change }, tinyTokenizer, context);
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe('choosing a run’s pairs', () => {
  it('takes the first of each side in the dataset’s order', () => {
    const data = prepare(tinyPairs, { trainPairs: 2, heldOutPairs: 1 });
    expect(data.train.map(({ pair }) => pair.id)).toEqual(['Ada-red', 'Ada-blue']);
    expect(data.heldOut.map(({ pair }) => pair.id)).toEqual(['Dan-red']);
    expect(data.warnings).toEqual([]);
    const { chosen, rejected } = data.train[0]!;
    expect(tinyTokenizer.decode(chosen.ids.slice(chosen.completionStart))).toBe("Yes, Ada's boat is red.");
    expect(chosen.ids.slice(0, chosen.completionStart)).toEqual(rejected.ids.slice(0, rejected.completionStart));
  });

  it('never trains on a prompt that is held out, however it is spelt', () => {
    const leak: PreferencePair = { ...tinyPairs[0]!, id: 'leak', prompt: "  Is Dan's boat  red?" };
    const data = prepare([leak, ...tinyPairs]);
    expect(data.train.map(({ pair }) => pair.id)).not.toContain('leak');
    expect(data.warnings.map(remarkText)).toEqual(['1 training pairs were left out: their prompts are held out too.']);
  });

  it('leaves out what does not fit into the model and says how much was found', () => {
    const long: PreferencePair = { ...tinyPairs[0]!, id: 'long', chosen: 'zq'.repeat(40) };
    const data = prepare([long, ...tinyPairs], { trainPairs: 20 });
    expect(data.train).toHaveLength(9);
    expect(data.warnings.map(remarkText)).toEqual([
      '1 pairs were left out: they are longer than the model’s 64 tokens.',
      'The dataset has 9 training pairs, and the recipe asks for 20.',
    ]);
  });

  it('cuts the prompts of pairs that are too long where the recipe says which end to keep, and says how many', () => {
    const prompt = `Anna ${'zq '.repeat(60)}Zoe?`;
    const long: PreferencePair = { ...tinyPairs[0]!, id: 'long', prompt };
    const answer: PreferencePair = { ...tinyPairs[0]!, id: 'answer', chosen: 'zq'.repeat(80) };
    for (const [overlong, end, said] of [['keepStart', /^Anna/, 'end'], ['keepEnd', /Zoe\?$/, 'beginning']] as const) {
      const data = prepare([long, answer, ...tinyPairs], { overlong, trainPairs: 1 });
      const [first] = data.train;
      expect(first!.pair.prompt).toMatch(end);
      expect(prompt).toContain(first!.pair.prompt);
      const lengths = [first!.chosen.ids.length, first!.rejected.ids.length];
      expect(Math.max(...lengths)).toBeLessThanOrEqual(64);
      expect(Math.max(...lengths)).toBeGreaterThan(58);
      expect(data.warnings.map(remarkText)).toEqual([`1 prompts were cut at their ${said}, so that the pairs fit into the model’s 64 tokens.`]);
    }
    // No prompt is short enough for an answer that is too long by itself.
    expect(prepare([answer, ...tinyPairs], { overlong: 'keepEnd' }).warnings.map(remarkText)).toEqual([
      '1 pairs were left out: they are longer than the model’s 64 tokens.',
    ]);
  });

  it('says of how many conversations the model reads the last turn alone', () => {
    const [first, second, ...rest] = tinyPairs;
    const chat: PreferencePair = { ...first!, history: [{ role: 'system', content: 'Be terse.' }] };
    const data = prepare([chat, { ...second!, history: [] }, ...rest]);
    expect(data.train[0]!.chosen.ids).toEqual(prepare(tinyPairs).train[0]!.chosen.ids);
    expect(data.warnings.map(remarkText)).toEqual([
      '1 pairs have a system message or earlier turns; this model reads one question and one answer, so it was given the last turn alone.',
    ]);
  });

  it('refuses a dataset with an empty side', () => {
    expect(() => prepare(tinyPairs.filter((pair) => pair.split === 'train'))).toThrow(/no held-out pairs/);
    expect(() => prepare(tinyPairs.filter((pair) => pair.split === 'heldOut'))).toThrow(/no training pairs/);
    expect(() => prepare(tinyPairs, {}, 10)).toThrow(UserError);
  });

  it('hashes just the texts and sides that are used, in order', () => {
    const used = tinyPairs.map((pair) => [pair.prompt, pair.chosen, pair.rejected, pair.split]);
    expect(prepare(tinyPairs).hash).toBe(createHash('sha256').update(JSON.stringify(used)).digest('hex'));
    expect(prepare(tinyPairs, { trainPairs: 8 }).hash).not.toBe(prepare(tinyPairs).hash);
    expect(hashPairs([...tinyPairs].reverse())).not.toBe(hashPairs(tinyPairs));
    expect(hashPairs(tinyPairs.map((pair) => ({ ...pair, rationale: 'x' })))).toBe(hashPairs(tinyPairs));
  });
});

describe('a shipped dataset', () => {
  const load = (document: unknown) => loadShippedPairs(assetsOf(new Map([['data/clair.json', json(document)]])), 'clair');

  it('is read as it is', async () => {
    expect(await load({ version: 1, checkpoint: 'ab', pairs: tinyPairs })).toEqual(tinyPairs);
  });

  it.each<[string, unknown, RegExp]>([
    ['another version', { version: 2, pairs: tinyPairs }, /“version” of data\/clair\.json/],
    ['no pairs', { version: 1, pairs: [] }, /“pairs”/],
    ['an empty side', { version: 1, pairs: [tinyPairs[0], { ...tinyPairs[1], chosen: ' ' }] }, /“pairs\.1\.chosen”/],
    ['a pair without a prompt', { version: 1, pairs: [{ chosen: 'a', rejected: 'b' }] }, /“pairs\.0\.prompt”/],
  ])('is refused with the field named: %s', async (_, document, message) => {
    await expect(load(document)).rejects.toThrow(UserError);
    await expect(load(document)).rejects.toThrow(message);
  });
});

describe('a shipped model', () => {
  const broken = (path: string, change: (old: Record<string, unknown>) => unknown) => {
    const files = tinyFiles();
    files.set(path, json(change(JSON.parse(new TextDecoder().decode(files.get(path))) as Record<string, unknown>)));
    return loadModel(assetsOf(files), 'town');
  };

  it('is put together from its files, and its hash is theirs', async () => {
    const model = await loadModel(assetsOf(tinyFiles()), 'town');
    expect(model.weights.config.vocab_size).toBe(320);
    expect(model.tokenizer.vocabSize).toBe(tinyTokenizer.vocabSize);
    expect((await loadModel(assetsOf(tinyFiles()), 'town')).hash).toBe(model.hash);
    expect((await broken('models/town/config.json', (config) => ({ ...config, rms_norm_eps: 1e-6 }))).hash).not.toBe(model.hash);
  });

  it('is refused when its parts do not fit together', async () => {
    await expect(loadModel(assetsOf(tinyFiles()), '../secrets')).rejects.toThrow(/“model” names “\.\.\/secrets”/);
    await expect(broken('models/town/config.json', (config) => ({ ...config, intermediate_size: 13 }))).rejects.toThrow(/gate_proj/);
    await expect(broken('models/town/config.json', (config) => ({ ...config, vocab_size: 300 }))).rejects.toThrow(/embed_tokens|vocab_size/);
    await expect(broken('models/town/tokenizer.json', (tokenizer) => ({ ...tokenizer, added_tokens: [] }))).rejects.toThrow(UserError);
    const files = tinyFiles();
    files.set('models/town/config.json', new TextEncoder().encode('{'));
    await expect(loadModel(assetsOf(files), 'town')).rejects.toThrow(/config\.json is not valid JSON/);
  });
});
