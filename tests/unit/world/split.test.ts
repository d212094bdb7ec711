import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/engine/random';
import { comparisonPrompt, factPrompt, FAMILY_SHARE, sensitivePrompt, sumPrompt, type Family, type TownPrompt } from '../../../src/world/prompts';
import { drawCorpusPrompt, drawDistinctPrompts, drawPrompt, splitOf, type WorldSplit } from '../../../src/world/split';
import { ITEMS } from '../../../src/world/town';
import { COMPLAINTS, NAMES, SECRETS } from '../../../src/world/vocabulary';

const SPLITS: WorldSplit[] = ['train', 'heldOut', 'benchmark'];
const share = (splits: WorldSplit[], one: WorldSplit): number => splits.filter((s) => s === one).length / splits.length;

describe('the split', () => {
  it('draws for each part only prompts of that part', () => {
    for (const split of SPLITS) {
      const random = createRandom(4);
      for (let i = 0; i < 800; i++) expect(splitOf(drawPrompt(random, split))).toBe(split);
    }
  });

  it('holds out about a quarter of the facts, of the pairs of residents and of the secrets', () => {
    const facts = NAMES.flatMap((name) => ITEMS.map((item) => splitOf(factPrompt(name, item, 0))));
    const twos = NAMES.flatMap((x, i) => NAMES.slice(i + 1).map((y) => splitOf(comparisonPrompt(x, y, 0))));
    const secrets = NAMES.flatMap((name) => SECRETS.map((secret) => splitOf(sensitivePrompt(name, secret, 0))));
    for (const kinds of [facts, twos, secrets]) {
      // Three standard deviations of a hash as good as chance, for the smallest list.
      expect(Math.abs(share(kinds, 'heldOut') - 0.25)).toBeLessThan(3 * Math.sqrt((0.25 * 0.75) / kinds.length));
      expect(share(kinds, 'benchmark')).toBeGreaterThan(0.05);
      expect(share(kinds, 'train')).toBeGreaterThan(0.55);
    }
  });

  it('depends on what is asked and not on how', () => {
    for (const name of NAMES) {
      expect(new Set([0, 1, 2, 3].map((phrasing) => splitOf(factPrompt(name, 'pet', phrasing)))).size).toBe(1);
    }
    expect(splitOf(comparisonPrompt('Ada', 'Ben', 0))).toBe(splitOf(comparisonPrompt('Ben', 'Ada', 3)));
    for (let a = 2; a < 10; a++) {
      for (let b = 2; b < 10; b++) expect(splitOf(sumPrompt(a, b, 0))).toBe(splitOf(sumPrompt(b, a, 1)));
    }
  });

  it('has prompts of every family in every part', () => {
    for (const split of SPLITS) {
      expect(new Set(drawDistinctPrompts(1, split, 400).map(({ family }) => family)).size).toBe(5);
    }
  });

  it('trains on advice for every complaint, and holds out one way of asking', () => {
    const seen = new Map<WorldSplit, Set<number>>(SPLITS.map((split) => [split, new Set()]));
    const complaints = new Set<string>();
    for (const split of SPLITS) {
      for (const prompt of drawDistinctPrompts(2, split, 800)) {
        if (prompt.family !== 'advice') continue;
        seen.get(split)!.add(prompt.phrasing);
        if (split === 'train') complaints.add(prompt.complaint);
      }
    }
    expect(complaints.size).toBe(COMPLAINTS.length);
    expect([...seen.get('train')!].sort()).toEqual([0, 1, 2]);
    expect([...seen.get('heldOut')!]).toEqual([3]);
    expect([...seen.get('benchmark')!]).toEqual([3]);
  });

  it('keeps every prompt that is evaluated on out of the pretraining corpus, yet teaches every fact', { timeout: 60_000 }, () => {
    const random = createRandom(9);
    const corpus = new Map<string, TownPrompt>();
    for (let i = 0; i < 40_000; i++) {
      const prompt = drawCorpusPrompt(random);
      corpus.set(prompt.text, prompt);
    }
    for (const split of ['heldOut', 'benchmark'] as const) {
      const evaluated = drawDistinctPrompts(3, split, 3000).map(({ text }) => text);
      expect(evaluated.length).toBeGreaterThan(500);
      expect(evaluated.filter((text) => corpus.has(text))).toEqual([]);
    }
    const facts = new Set([...corpus.values()].flatMap((p) => (p.family === 'fact' ? [`${p.resident} ${p.item}`] : [])));
    expect(facts.size).toBe(NAMES.length * ITEMS.length);
    const others = [...corpus.values()].filter(({ family }) => family !== 'fact');
    expect(others.filter((prompt) => splitOf(prompt) !== 'train')).toEqual([]);
  });

  it('asks each family as often as it should', () => {
    const random = createRandom(5);
    const count = new Map<Family, number>();
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const { family } = drawPrompt(random, 'train');
      count.set(family, (count.get(family) ?? 0) + 1);
    }
    for (const [family, p] of Object.entries(FAMILY_SHARE) as [Family, number][]) {
      expect(Math.abs(count.get(family)! / draws - p), family).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws));
    }
  });

  it('gives different prompts, the same for the same seed', () => {
    const texts = drawDistinctPrompts(8, 'heldOut', 500).map(({ text }) => text);
    expect(new Set(texts).size).toBe(500);
    expect(drawDistinctPrompts(8, 'heldOut', 500).map(({ text }) => text)).toEqual(texts);
  });
});
