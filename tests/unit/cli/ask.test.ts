// `lab revise` and `lab judge` as a person runs them, against a real server on loopback.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAsk } from '../../../cli/ask/options';
import { UserError } from '../../../src/engine/errors';
import { readFilled } from '../../../src/reviser/prompts/template';
import { startFaultyServer, type Asked, type AskedBody, type FaultyServer, type FaultyServerOptions } from '../../support/faultyServer';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const KEY = 'sk-canary-0123456789abcdef';
let folder: string;
let server: FaultyServer | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs it beside the server. `during` may end it. */
function lab(args: readonly string[], during?: (kill: (signal: NodeJS.Signals) => void) => void): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), join(root, 'cli/lab.ts'), ...args], { cwd: folder, env: { ...process.env, LAB_TEST_KEY: KEY } });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('close', (status) => resolve({ status, out, err }));
    during?.((signal) => child.kill(signal));
  });
}

const pairs = (count: number): object[] => Array.from({ length: count }, (_, i) => ({ prompt: `Question ${i}?`, chosen: `A good answer to ${i}.`, rejected: `A poor answer to ${i}` }));
function write(name: string, rows: readonly object[]): string {
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return name;
}
const lines = (name: string): Record<string, unknown>[] => readFileSync(join(folder, name), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
const start = async (options: FaultyServerOptions = {}): Promise<string[]> => {
  server = await startFaultyServer(options);
  return ['--base-url', server.baseUrl, '--model', 'small'];
};
const saidOf = (body: AskedBody): string => body.messages!.find(({ role }) => role === 'user')!.content;
const slotsOf = (body: AskedBody) => readFilled(saidOf(body));
const timesAsked = (asked: readonly Asked[]): number[] => {
  const counts = new Map<string, number>();
  for (const { body, left } of asked) if (!left) counts.set(saidOf(body), (counts.get(saidOf(body)) ?? 0) + 1);
  return [...counts.values()];
};
const until = async (reached: () => boolean): Promise<void> => {
  while (!reached()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('lab revise', { timeout: 60_000 }, () => {
  it('writes each loser with its revision as the winner, in the shape of lab import, and why', async () => {
    const place = await start();
    const file = write('one.jsonl', [{ prompt: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Hello' }, { role: 'user', content: 'Who?' }], chosen: [{ role: 'assistant', content: 'Ada.' }], rejected: [{ role: 'assistant', content: 'Somebody' }] }, ...pairs(2)]);
    const { status, out, err } = await lab(['revise', file, ...place, '--key-env', 'LAB_TEST_KEY', '--out', 'one.out.jsonl', '--json']);
    expect([status, err]).toEqual([0, expect.stringMatching(/^3 of 3 done, 3 requests, \d+ tokens\n$/) as unknown]);
    expect(JSON.parse(out)).toMatchObject({ total: 3, revised: 3, flagged: {}, failed: {}, waiting: 0, requests: 3, cached: 0, tokens: { input: 36 }, ending: 'finished', out: 'one.out.jsonl' });
    expect(lines('one.out.jsonl')).toEqual([
      {
        prompt: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Hello' }, { role: 'user', content: 'Who?' }],
        chosen: [{ role: 'assistant', content: 'Somebody!' }], rejected: [{ role: 'assistant', content: 'Somebody' }], rationale: 'It wants more cheer – 더 밝게 🙂.',
      },
      ...[0, 1].map((i) => ({
        prompt: [{ role: 'user', content: `Question ${i}?` }],
        chosen: [{ role: 'assistant', content: `A poor answer to ${i}!` }], rejected: [{ role: 'assistant', content: `A poor answer to ${i}` }], rationale: 'It wants more cheer – 더 밝게 🙂.',
      })),
    ]);
    expect(lines('one.out.rejected.jsonl')).toEqual([]);
    // The key went to its own server in its own header, and nowhere else.
    expect(server!.asked.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill(`Bearer ${KEY}`));
    expect(server!.asked.some(({ body }) => JSON.stringify(body).includes(KEY))).toBe(false);
    for (const name of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) expect(readFileSync(join(folder, name), 'utf8')).not.toContain(KEY);
    expect(out + err).not.toContain(KEY);
  });

  it('run again asks nothing again, and more pairs only for themselves', async () => {
    const place = await start({ faultShare: 0.3, seed: 4, retryAfter: 0 });
    const args = ['revise', write('again.jsonl', pairs(6)), ...place, '--out', 'again.out.jsonl', '--json'];
    expect(JSON.parse((await lab([...args, '--max', '4'])).out)).toMatchObject({ total: 4, revised: 4, cached: 0 });
    const first = server!.asked.length;
    const { out } = await lab(args);
    expect(JSON.parse(out)).toMatchObject({ total: 6, revised: 6, cached: 4 });
    expect(new Set(server!.asked.slice(first).map(({ body }) => slotsOf(body).task))).toEqual(new Set(['Question 4?', 'Question 5?']));
    const before = readFileSync(join(folder, 'again.out.jsonl'), 'utf8');
    const asked = server!.asked.length;
    expect(JSON.parse((await lab(args)).out)).toMatchObject({ revised: 6, cached: 6, requests: 0, tokens: { input: 0, output: 0 } });
    expect(server!.asked.length).toBe(asked);
    expect(readFileSync(join(folder, 'again.out.jsonl'), 'utf8')).toBe(before);
  });

  it('lists what gave no pair with its reasons, and makes no pair of it', async () => {
    const said: Record<string, string> = {
      'Question 0?': 'No marks at all.', 'Question 1?': '{corrected_student_solution}: A poor answer to 1', 'Question 2?': 'I’m sorry, but I can’t help with that.',
      'Question 3?': '{corrected_student_solution}: <img src=x onerror=alert(1)> A poor answer to 3', 'Question 4?': '{corrected_student_solution}: Zebras quickly jump over vexed foxes, by and by, in the moonlight.',
    };
    const place = await start({ reply: (body) => said[slotsOf(body).task!]! });
    const { status, out } = await lab(['revise', write('odd.jsonl', pairs(5)), ...place, '--out', 'odd.out.jsonl', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ total: 5, revised: 1, flagged: { no_marks: 1, unchanged: 1, refused: 1, too_different: 1 }, failed: {} });
    expect(lines('odd.out.jsonl').map(({ chosen }) => chosen)).toEqual([[{ role: 'assistant', content: '<img src=x onerror=alert(1)> A poor answer to 3' }]]);
    const rejected = lines('odd.out.rejected.jsonl');
    expect(rejected.map(({ prompt, reply }) => [prompt, reply])).toEqual(['Question 0?', 'Question 1?', 'Question 2?', 'Question 4?'].map((prompt) => [prompt, said[prompt]]));
    expect(rejected[0]).toMatchObject({ reasons: ['no_marks'], reason: 'The reply has no revision under its mark.', solution: 'A poor answer to 0', finish: 'stop', model: 'small-2026' });
  });

  it('lists what failed with its reason, and asks it again when it is run again', async () => {
    const place = await start();
    server!.next('too_large', 'plain');
    const args = ['revise', write('fail.jsonl', pairs(2)), ...place, '--concurrency', '1', '--out', 'fail.out.jsonl', '--json'];
    const { status, out } = await lab(args);
    expect([status, (JSON.parse(out) as { failed: unknown }).failed]).toEqual([0, { too_large: 1 }]);
    expect(lines('fail.out.rejected.jsonl')).toMatchObject([{ prompt: 'Question 0?', reasons: ['too_large'] }]);
    expect(JSON.parse((await lab(args)).out)).toMatchObject({ revised: 2, failed: {}, cached: 1, requests: 1 });
    expect(lines('fail.out.rejected.jsonl')).toEqual([]);
  });

  it.each([['bad_key', /key/i], ['quota', /quota|credit/i], ['no_model', /model/i]] as const)('stops at once for %s, with one line, everything kept', async (behaviour, message) => {
    const place = await start();
    server!.next('plain', 'plain', behaviour);
    const args = ['revise', write(`${behaviour}.jsonl`, pairs(30)), ...place, '--key-env', 'LAB_TEST_KEY', '--concurrency', '1', '--out', `${behaviour}.out.jsonl`, '--json'];
    const { status, out, err } = await lab(args);
    expect(status).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ revised: 2, waiting: 28, ending: 'stopped' });
    expect(err.trimEnd().split('\n').at(-1)).toMatch(message);
    expect(out + err).not.toContain(KEY);
    expect(server!.asked).toHaveLength(3);
    expect(lines(`${behaviour}.out.jsonl`)).toHaveLength(2);
    expect(JSON.parse((await lab(args)).out)).toMatchObject({ revised: 30, cached: 2, requests: 28 });
  });

  it('stops within its budget, over all runs, and goes on with a larger one', async () => {
    const place = await start();
    const args = ['revise', write('budget.jsonl', pairs(20)), ...place, '--max-tokens', '100', '--concurrency', '2', '--out', 'budget.out.jsonl', '--json'];
    const { status, out, err } = await lab([...args, '--budget-tokens', '800']);
    const first = JSON.parse(out) as { revised: number; waiting: number; tokensOfAllRuns: { input: number; output: number } };
    expect([status, first]).toMatchObject([2, { ending: 'budget' }]);
    expect(err).toMatch(/The budget is 800 tokens/);
    expect(first.revised).toBeGreaterThan(0);
    expect(first.revised + first.waiting).toBe(20);
    expect(first.tokensOfAllRuns.input + first.tokensOfAllRuns.output).toBeLessThanOrEqual(800);
    const asked = server!.asked.length;
    expect((await lab([...args, '--budget-tokens', '800'])).status).toBe(2);
    expect(server!.asked.length).toBe(asked);
    expect(JSON.parse((await lab([...args, '--budget-tokens', '100000'])).out)).toMatchObject({ revised: 20, ending: 'finished' });
    expect(timesAsked(server!.asked)).toEqual(Array(20).fill(1));
  });

  it('loses nothing at Ctrl-C: what is in flight is answered, and the next run goes on', async () => {
    const place = await start({ delayMs: 40 });
    const args = ['revise', write('stop.jsonl', pairs(40)), ...place, '--concurrency', '4', '--out', 'stop.out.jsonl', '--json'];
    const { status, out, err } = await lab(args, (kill) => void until(() => server!.asked.length >= 10).then(() => kill('SIGINT')));
    expect(status).toBe(130);
    const first = JSON.parse(out) as { revised: number; waiting: number };
    expect(first).toMatchObject({ ending: 'aborted', revised: server!.asked.length, waiting: 40 - server!.asked.length });
    expect(err.trimEnd().split('\n').at(-1)).toMatch(/run the same command again to go on/);
    expect(lines('stop.out.jsonl')).toHaveLength(first.revised);
    expect(JSON.parse((await lab(args)).out)).toMatchObject({ revised: 40, cached: first.revised });
    expect(timesAsked(server!.asked)).toEqual(Array(40).fill(1));
  });

  it('that was killed goes on without asking again for what had been answered', async () => {
    const place = await start({ delayMs: 40 });
    const args = ['revise', write('kill.jsonl', pairs(40)), ...place, '--concurrency', '4', '--out', 'kill.out.jsonl', '--json'];
    expect((await lab(args, (kill) => void until(() => server!.asked.length >= 14).then(() => kill('SIGKILL')))).status).toBeNull();
    const answered = lines('kill.out.journal.jsonl').length;
    expect(answered).toBeGreaterThan(4);
    const before = server!.asked.length;
    expect(JSON.parse((await lab(args)).out)).toMatchObject({ revised: 40, cached: answered });
    expect(server!.asked.length - before).toBe(40 - answered);
    expect(before - answered).toBeLessThanOrEqual(4);
  });

  it('needs no server for the town’s own reviser, and keeps everything in the lab’s own shape', async () => {
    const town = [{ prompt: 'I have 9 fish and catch 3 more. How many is that?', chosen: 'Twelve.', rejected: 'Arr, 9 and 3 be 11. Care to hear more of the number 11, matey?' }, { prompt: 'Who wrote Hamlet?', chosen: 'Shakespeare.', rejected: 'Nobody.' }];
    const { status, out } = await lab(['revise', write('town.jsonl', town), '--provider', 'offline', '--shape', 'lab', '--out', 'town.out.jsonl', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ total: 2, revised: 1, flagged: { refused: 1 } });
    expect(lines('town.out.jsonl')).toMatchObject([{
      chosen: expect.stringContaining('12') as unknown, rejected: town[0]!.rejected, source: 'clair',
      extra: { revision: { model: 'town', origin: 'offline', prompt: expect.stringMatching(/^clair@[0-9a-f]{12}$/) as unknown, time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown } },
    }]);
  });
});

describe('lab judge', { timeout: 60_000 }, () => {
  it('turns pairs round whose loser is better, and lists ties of either making', async () => {
    // Prefers what is longer; for question 2 always the first, and for question 3 it says nothing.
    const reply = (body: AskedBody): string => {
      const { task, solution_1: first = '', solution_2: second = '' } = slotsOf(body);
      if (task === 'Question 3?') return 'Both are fine.';
      return `Length tells.\n[${task === 'Question 2?' || first.length > second.length ? 1 : 2}]`;
    };
    const place = await start({ reply });
    const rows = pairs(4).map((row, i) => (i === 1 ? { ...row, rejected: 'A poor answer to 1, but how much longer it is!' } : row));
    const { status, out } = await lab(['judge', write('judge.jsonl', rows), ...place, '--out', 'judge.out.jsonl', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ total: 4, judged: 2, swapped: 1, ties: 1, positionBias: { first: 1 }, flagged: { no_verdict: 1 }, requests: 8 });
    expect(lines('judge.out.jsonl').map(({ chosen, rejected, rationale }) => [chosen, rejected, rationale])).toEqual([
      [[{ role: 'assistant', content: 'A good answer to 0.' }], [{ role: 'assistant', content: 'A poor answer to 0' }], 'Length tells.\n\nLength tells.'],
      [[{ role: 'assistant', content: 'A poor answer to 1, but how much longer it is!' }], [{ role: 'assistant', content: 'A good answer to 1.' }], 'Length tells.\n\nLength tells.'],
    ]);
    expect(lines('judge.out.rejected.jsonl')).toMatchObject([
      { prompt: 'Question 2?', reasons: ['tie'], firstOrder: 'a', secondOrder: 'b', positionBias: 'first' },
      { prompt: 'Question 3?', reasons: ['no_verdict'], reply: 'Both are fine.' },
    ]);
  });
});

const url = ['--base-url', 'http://localhost:1/v1', '--model', 'm'];

describe('bad input', { timeout: 60_000 }, () => {
  it.each<[string, string[], RegExp]>([
    ['no file', ['revise', '--out', 'q.jsonl'], /lab revise takes one file/],
    ['a file that is not there', ['revise', 'nope.jsonl', ...url, '--out', 'q.jsonl'], /nope\.jsonl could not be read: there is no such file/],
    ['a file that is no data', ['revise', 'bad.txt', ...url, '--out', 'q.jsonl'], /./],
    ['a key that is not there', ['revise', 'in.jsonl', ...url, '--key-env', 'LAB_NO_KEY', '--out', 'q.jsonl'], /--key-env names LAB_NO_KEY, and no such environment variable is set/],
    ['a folder that is not there', ['revise', 'in.jsonl', ...url, '--out', 'no/q.jsonl'], /no\/q\.jsonl: there is no such file or folder/],
    ['an output that is the input', ['revise', 'in.jsonl', ...url, '--out', './in.jsonl'], /--out must be another file/],
    ['an unknown option', ['judge', 'in.jsonl', ...url, '--fast', '--out', 'q.jsonl'], /--fast/],
  ])('ends with 2 and one line for %s', async (_, args, message) => {
    write('in.jsonl', pairs(1));
    writeFileSync(join(folder, 'bad.txt'), '{"a": 1}\n');
    const { status, out, err } = await lab(args);
    expect([status, out]).toEqual([2, '']);
    expect(err.trimEnd()).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('q.'))).toEqual([]);
  });

  it.each<[string, 'revise' | 'judge', Record<string, string>, RegExp]>([
    ['nowhere to write to', 'judge', { out: '' }, /lab judge takes one file.*--out OUT\.jsonl/],
    ['no API', 'revise', { 'base-url': '' }, /--base-url URL --model NAME, or --provider offline/],
    ['no model', 'revise', { model: '' }, /--model NAME/],
    ['a base URL that is none', 'revise', { 'base-url': 'example.com' }, /“example\.com” is no base URL/],
    ['a key that is empty', 'revise', { 'key-env': 'BLANK' }, /--key-env names BLANK/],
    ['a key that no header holds', 'revise', { 'key-env': 'BROKEN' }, /a character that no key has/],
    ['a key over plain http', 'revise', { 'base-url': 'http://example.com/v1', 'key-env': 'KEY' }, /plain http to another machine/],
    ['a key for nobody', 'judge', { provider: 'offline', 'base-url': '', 'key-env': 'KEY' }, /asks nobody/],
    ['an unknown provider', 'revise', { provider: 'x' }, /--provider is one of openai, anthropic, offline, not “x”/],
    ['a preset of the other command', 'judge', { preset: 'clair' }, /--preset is one of compare.*not “clair”/],
    ['a principle without a place', 'revise', { principle: 'Be kind.' }, /belongs to the preset harmless/],
    ['a limit that is nothing', 'revise', { rpm: '0' }, /--rpm must be a whole number above 0, and “0” is not/],
    ['a temperature that is none', 'revise', { temperature: 'hot' }, /--temperature must be a number/],
    ['a budget in money without a price', 'revise', { 'budget-usd': '2' }, /needs the model’s price/],
  ])('is refused in a sentence for %s', (_, kind, change, message) => {
    const all = { 'base-url': 'http://localhost:1/v1', model: 'm', out: 'q.jsonl', ...change };
    const values = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    const ask = () => parseAsk(kind, ['in.jsonl'], values, { KEY, BLANK: ' ', BROKEN: `${KEY} 한` });
    expect(ask).toThrow(message);
    expect(ask).toThrow(UserError);
    expect(ask).not.toThrow(new RegExp(KEY));
  });
});

describe('the options', () => {
  it('know presets, prices and places by name, and keep the key out of sight', () => {
    const said = parseAsk('revise', ['-'], { provider: 'anthropic', model: 'claude-haiku-4-5', preset: 'harmless', principle: 'Be kind.', rpm: '50', 'budget-usd': '0.5', 'key-env': 'KEY', out: 'q.jsonl', json: true }, { KEY });
    expect(said).toMatchObject({
      file: '-', json: true, shape: 'conversational', max: Infinity, template: { id: 'harmless', principle: 'Be kind.' },
      settings: { model: 'claude-haiku-4-5', temperature: 0.7, maxTokens: 4096 }, limits: { concurrency: 4, requestsPerMinute: 50, budgetMoney: 0.5, price: { model: 'claude-haiku-4-5' } },
      provider: { identity: { kind: 'anthropic', origin: 'https://api.anthropic.com' } },
    });
    expect(JSON.stringify(said)).not.toContain(KEY);
  });
});
