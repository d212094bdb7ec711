// The study's tables, on documents whose means follow by hand; what is written is read back by another reader of CSV.
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { contrastivenessTable, datasetFacts } from '../../../../src/lab/study/facts';
import { resultsTable, sortRows, toCsv, toMarkdown } from '../../../../src/lab/study/table';
import type { PreferencePair } from '../../../../src/preferences/pair';
import { drawDistinctPrompts, oracleAnswer } from '../../../../src/world';
import { createRandom } from '../../../../src/engine/random';
import { baseline, cell, facts, result, score, study } from './document';

const pair = (prompt: string, chosen: string, rejected: string): PreferencePair => ({
  id: prompt + chosen, prompt, chosen, rejected, split: 'train', source: 'clair',
});

describe('the facts of a dataset', () => {
  const [prompt] = drawDistinctPrompts(1, 'train', 1);
  const best = oracleAnswer(prompt!, createRandom(1));
  const about = { kind: 'clair', seed: 1, round: 1, hash: 'h' } as const;
  // Letters for tokens.
  const tokenizer = { encode: (text: string) => [...text].map((letter) => letter.codePointAt(0)!) };

  it('measures both sides of each pair and shows pairs from the least alike to the most', () => {
    const found = datasetFacts([pair(prompt!.text, best, 'one two three'), pair(prompt!.text, 'one two three', 'one two four')], about, tokenizer);
    // The second pair shares two of four words and, of the letters “onetwhrfu” and the space, all but h, f and u. From “three” to
    // “four” only r can stay, with three edits before it and two after.
    expect(found.wordJaccard[1]).toBe(0.5);
    expect(found.tokenJaccard[1]).toBe(0.7);
    expect(found.levenshtein[1]).toBe(5);
    expect(found.lengthDifference[1]).toBe(0);
    expect(found.winnerGold[0]).toBe(1);
    expect(found.loserGold[0]).toBeLessThan(0.5);
    expect(found.examples.map(({ quantile, wordJaccard }) => [quantile, wordJaccard])).toEqual([[0.1, found.wordJaccard[0]], [0.5, 0.5], [0.9, 0.5]]);
  });

  it('gives no gold scores where a prompt is none of the town’s', () => {
    const found = datasetFacts([pair(prompt!.text, best, 'No.'), pair('Why is the sea salt?', 'Rivers.', 'No.')], about, tokenizer);
    expect([found.winnerGold, found.loserGold]).toEqual([[], []]);
    expect(found.wordJaccard).toHaveLength(2);
  });
});

describe('the table of contrastiveness', () => {
  it('takes the mean of the seeds’ means, round by round', () => {
    const table = contrastivenessTable(
      study({
        datasets: [
          facts('clair', 1, { round: 2 }), facts('clair', 1, { wordJaccard: [0.25, 0.75, 0.75, 0.75] }), facts('clair', 2, { wordJaccard: [0.5, 0.25] }),
        ],
        baselines: [], cells: [],
      }),
    );
    expect(table.map(({ round, kind, pairs, seeds }) => [round, kind, pairs, seeds])).toEqual([[1, 'clair', 6, [1, 2]], [2, 'clair', 2, [1]]]);
    expect(table[0]!.bySeed.wordJaccard).toEqual([0.625, 0.375]);
    expect(table[0]!.measures.wordJaccard.mean).toBe(0.5);
    // All resamples of equal values are equal.
    expect(table[0]!.measures.levenshtein).toEqual({ mean: 40, low: 40, high: 40 });
  });
});

describe('the results table', () => {
  const document = study({
    datasets: [],
    baselines: [baseline([2, 2, 2, 2])],
    cells: [
      cell('clair', 1, [result('dpo', [4, 4, 2, 2]), result('apo_zero', [4, 4, 4, 4])]),
      cell('clair', 2, [result('dpo', [0, 0, 2, 2], { stopped: { policy: 0, step: 5, reason: 'It broke.' } }), result('apo_zero', [4, 4, 4, 0])]),
      cell('stronger', 1, [result('dpo', [1, 1, 1, 1]), result('apo_zero', [2, 2, 2, 2], { scores: [score([2, 2, 2, 2], { entropy: 0.5, kl: [1, 2, 3, 4] })] })]),
    ],
  });
  const rows = resultsTable(document);

  it('has a row for what a round began with and one for each dataset and objective, with means over the seeds', () => {
    expect(rows.map(({ kind, objective, seeds, stopped }) => [kind, objective, seeds, stopped])).toEqual([
      [undefined, 'before', 1, 0], ['clair', 'dpo', 2, 1], ['clair', 'apo_zero', 2, 0], ['stronger', 'dpo', 1, 0], ['stronger', 'apo_zero', 1, 0],
    ]);
    // Quarters: (3 + 1) / 2 = 2 and (4 + 3) / 2 = 3.5 of 4.
    expect(rows.map(({ modes }) => modes.sampled!.gold!.mean)).toEqual([0.5, 0.5, 0.875, 0.25, 0.5]);
    // Of seed 1 two win and two are alike, of seed 2 two lose: (.75 + .25) / 2.
    expect(rows[1]!.modes.sampled!.wins!.mean).toBe(0.5);
    expect(rows[0]!.modes.sampled!.wins).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
    expect(rows[4]!.modes.sampled).toMatchObject({ entropy: { mean: 0.5 }, kl: { mean: 2.5 } });
    expect(rows[1]!.modes.sampled).not.toHaveProperty('kl');
    expect(rows[1]!.modes.greedy).toBeUndefined();
  });

  it('is sorted by any column, with rows that lack a number last either way', () => {
    const labels = (column: 'gold' | 'kl' | 'dataset', descending: boolean): string[] =>
      sortRows(rows, { column, descending }, 'sampled').map(({ kind, objective }) => `${kind ?? ''} ${objective}`);
    expect(labels('gold', true)).toEqual(['clair apo_zero', ' before', 'clair dpo', 'stronger apo_zero', 'stronger dpo']);
    expect(labels('gold', false)[0]).toBe('stronger dpo');
    for (const descending of [true, false]) expect(labels('kl', descending)[0]).toBe('stronger apo_zero');
    expect(labels('dataset', false).at(-1)).toBe(' before');
  });

  it('is written as CSV that another reader takes apart again, formulas disarmed and negative numbers kept', () => {
    const odd = [{ ...rows[4]!, label: '=SUM(A1), "mine"', modes: { sampled: { ...rows[4]!.modes.sampled!, kl: { mean: -0.5, low: -1, high: 0 } } } }];
    const [line] = Papa.parse<Record<string, string>>(toCsv([...rows.slice(0, 1), ...odd]), { header: true, skipEmptyLines: true }).data.slice(1);
    expect(line).toMatchObject({ round: '1', dataset: 'stronger', label: '\'=SUM(A1), "mine"', mode: 'sampled', gold: '0.5', gold_low: '0.5', kl: '-0.5', kl_low: '-1', entropy: '0.5' });
  });

  it('is written as Markdown, a table for each round and mode, bars escaped', () => {
    const lines = toMarkdown([{ ...rows[1]!, label: 'a|b' }]).split('\n');
    expect(lines[0]).toBe('## Round 1: Sampled, T = 1');
    expect(lines[4]).toMatch(/^\| CLAIR \| a\\\|b \| 0\.500 \[/);
    const cells = (line: string): number => line.replaceAll('\\|', '').split('|').length;
    expect(new Set(lines.slice(2, 5).map(cells)).size).toBe(1);
  });
});
