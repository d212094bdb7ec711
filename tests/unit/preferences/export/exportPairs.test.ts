import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { exportPairs, type ExportChoice } from '../../../../src/preferences/export';
import type { PreferencePair } from '../../../../src/preferences/pair';
import { importAll } from '../../../support/importing';

async function exported(pairs: Iterable<PreferencePair> | AsyncIterable<PreferencePair>, choice: ExportChoice): Promise<string> {
  let text = '';
  for await (const piece of exportPairs(pairs, choice)) text += piece;
  return text;
}

const pair: PreferencePair = { id: '1', prompt: 'Q "x", y', chosen: 'A\nB', rejected: '=1+1', split: 'train', source: 'written' };
const inConversation: PreferencePair = {
  ...pair,
  id: '2',
  history: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Hi.' }],
};

/** Lone surrogates survive JSON, but not UTF-8. */
const anyText = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => /\S/.test(text));
const wellFormed = anyText.filter((text) => !/\p{Surrogate}/u.test(text) && !text.includes('\ufeff'));
const tricky = fc.constantFrom('=SUM(A1)', '+1', '-1', '@x', '\tx', "'quoted", "''", '"', '""', 'a,b', ' x ', 'x\r\ny', '[{"role":"user","content":"x"}]', 'Human: x\n\nAssistant: y', '1', 'null', '#');
const noProto = (key: string): boolean => key !== '__proto__';

function pairsOf(text: fc.Arbitrary<string>): fc.Arbitrary<PreferencePair[]> {
  const turn = fc.record({ role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const), content: fc.oneof(text, fc.constant('')) });
  const score = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0));
  const one = fc.record(
    {
      id: text.map((id) => id.slice(0, 20)),
      history: fc.array(turn, { minLength: 1, maxLength: 3 }),
      prompt: text,
      chosen: text,
      rejected: text,
      split: fc.constantFrom('train' as const, 'heldOut' as const),
      source: fc.constantFrom('clair' as const, 'off_policy' as const, 'on_policy' as const, 'stronger' as const, 'written' as const, 'imported' as const),
      rationale: fc.oneof(text, fc.constant('')),
      tags: fc.array(text, { maxLength: 3 }),
      scores: fc.record({ chosen: score, rejected: score }, { requiredKeys: [] }),
      extra: fc.dictionary(fc.oneof(text, fc.constantFrom('hasOwnProperty', 'constructor')).filter(noProto), fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown), { maxKeys: 3 }),
    },
    { requiredKeys: ['id', 'prompt', 'chosen', 'rejected', 'split', 'source'], noNullPrototype: true },
  );
  return fc.uniqueArray(one.filter(({ chosen, rejected }) => chosen.trim() !== rejected.trim()), { selector: ({ id }) => id, minLength: 1, maxLength: 5 });
}

describe('the lab’s own shape', () => {
  it('as JSON lines gives back every pair as it was', async () => {
    await fc.assert(
      fc.asyncProperty(pairsOf(fc.oneof(anyText, tricky)), async (pairs) => {
        const all = await importAll(await exported(pairs, { shape: 'lab', format: 'jsonl' }), { heldOutShare: 0.5 });
        expect(all.report.mapping).toEqual({ kind: 'lab' });
        expect(all.pairs).toEqual(pairs);
      }),
      { numRuns: 400 },
    );
  });

  it('as CSV, too, as far as UTF-8 holds the text', async () => {
    await fc.assert(
      fc.asyncProperty(pairsOf(fc.oneof(wellFormed, tricky)), fc.boolean(), async (pairs, spreadsheet) => {
        const all = await importAll(await exported(pairs, { shape: 'lab', format: 'csv', spreadsheet }));
        expect(all.pairs).toEqual(pairs);
      }),
      { numRuns: 400 },
    );
  });

  it('keeps a key named __proto__ in extra, and pairs of one content under two ids', async () => {
    const extra = JSON.parse('{"__proto__": {"a": 1}}') as Record<string, unknown>;
    const pairs = [{ ...pair, extra }, { ...pair, id: 'other' }];
    for (const format of ['jsonl', 'csv'] as const) {
      const all = await importAll(await exported(pairs, { shape: 'lab', format }));
      expect(all.pairs.map(({ id }) => id)).toEqual(['1', 'other']);
      expect(Object.entries(all.pairs[0]!.extra!)).toEqual([['__proto__', { a: 1 }]]);
    }
  });

  it('gives a new id to a pair whose id is taken, and drops a pair that comes twice', async () => {
    const all = await importAll(await exported([pair, { ...pair, chosen: 'C' }, pair], { shape: 'lab', format: 'jsonl' }));
    expect(all.pairs.map(({ id, chosen }) => [id, chosen])).toEqual([['1', 'A\nB'], ['1-2', 'C']]);
    expect(all.report.warnings).toMatchObject([{ code: 'idTaken', count: 1 }]);
    expect(all.rejections).toMatchObject([{ row: 3, code: 'duplicate' }]);
  });

  it('names the field of a row that is not right', async () => {
    const text = await exported([pair, { ...pair, id: '2', chosen: 'C' }], { shape: 'lab', format: 'jsonl' });
    const all = await importAll(text.replace('"split":"train"', '"split":"never"'));
    expect(all.rejections).toMatchObject([{ row: 1, code: 'notText', problem: { values: { column: 'split' } } }]);
    expect(all.pairs).toHaveLength(1);
  });
});

describe('TRL’s shapes', () => {
  it('message lists have an explicit prompt with all earlier turns, and sides of the assistant alone', async () => {
    const [line] = (await exported([inConversation], { shape: 'conversational', format: 'jsonl' })).split('\n');
    expect(JSON.parse(line!)).toEqual({
      prompt: [...inConversation.history!, { role: 'user', content: 'Q "x", y' }],
      chosen: [{ role: 'assistant', content: 'A\nB' }],
      rejected: [{ role: 'assistant', content: '=1+1' }],
    });
  });

  it('both formats of message lists give back what a pair says', async () => {
    const says = ({ history, prompt, chosen, rejected }: PreferencePair) => ({ history: history ?? [], prompt, chosen, rejected });
    const conversations = pairsOf(fc.oneof(wellFormed, tricky)).map((pairs) => [...new Map(pairs.map((one) => [JSON.stringify(says(one)), one])).values()]);
    await fc.assert(
      fc.asyncProperty(conversations, fc.constantFrom('jsonl' as const, 'csv' as const), async (pairs, format) => {
        const all = await importAll(await exported(pairs, { shape: 'conversational', format }));
        expect(all.pairs.map(says)).toEqual(pairs.map(says));
      }),
      { numRuns: 400 },
    );
  });

  it('plain strings give back what a pair says, and refuse a pair with earlier turns', async () => {
    const plain = { ...pair, prompt: ' Q', chosen: "'A", rejected: '=1+1' };
    for (const format of ['jsonl', 'csv'] as const) {
      const all = await importAll(await exported([plain], { shape: 'standard', format }));
      expect(all.pairs).toMatchObject([{ prompt: ' Q', chosen: "'A", rejected: '=1+1' }]);
    }
    await expect(exported([pair, inConversation], { shape: 'standard', format: 'jsonl' })).rejects.toThrow(/2 has earlier turns/);
  });

  it('CSV for programs holds the texts as they are, and for spreadsheets nothing that they would run', async () => {
    const forPrograms = await exported([pair], { shape: 'standard', format: 'csv' });
    expect(Papa.parse(forPrograms, { header: true, skipEmptyLines: true }).data).toEqual([{ prompt: 'Q "x", y', chosen: 'A\nB', rejected: '=1+1' }]);
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'].map((chosen, i) => ({ ...pair, id: String(i), chosen }));
    const forSpreadsheets = await exported(formulas, { shape: 'standard', format: 'csv', spreadsheet: true });
    expect(forSpreadsheets.startsWith('\ufeffprompt'.replace('p', '"p'))).toBe(true);
    const cells = (Papa.parse<string[]>(forSpreadsheets.slice(1), { skipEmptyLines: true }).data).flat();
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    for (const { shape } of [{ shape: 'lab' }, { shape: 'conversational' }] as const) {
      const all = Papa.parse<string[]>(await exported(formulas, { shape, format: 'csv' }), { skipEmptyLines: true }).data.flat();
      expect(all.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    }
  });
});

describe('streaming', () => {
  it('comes in pieces from a source of any length', async () => {
    async function* endless() {
      for (let i = 0; ; i++) yield await Promise.resolve({ ...pair, id: String(i), chosen: `${i} ${'x'.repeat(1000)}` });
    }
    const pieces: string[] = [];
    for await (const piece of exportPairs(endless(), { shape: 'lab', format: 'jsonl' })) {
      pieces.push(piece);
      if (pieces.length === 5) break;
    }
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000);
    const lines = pieces.join('').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as PreferencePair).id)).toEqual(lines.map((_, i) => String(i)));
  });

  it('of nothing is a header at most', async () => {
    expect(await exported([], { shape: 'standard', format: 'csv' })).toBe('"prompt","chosen","rejected"\n');
    expect(await exported([], { shape: 'lab', format: 'jsonl' })).toBe('');
  });
});
