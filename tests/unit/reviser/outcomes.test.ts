import { describe, expect, it } from 'vitest';
import type { PreferencePair } from '../../../src/preferences/pair';
import type { ChatReply, ChatRequest } from '../../../src/reviser/chat';
import { newItem, type JobItem } from '../../../src/reviser/jobs';
import { askJudge, judgedPair } from '../../../src/reviser/judging';
import { COMPARE_ASPECTS, SCORE } from '../../../src/reviser/prompts/judging';
import { CLAIR, HARMLESS, MAKE_WORSE } from '../../../src/reviser/prompts/revising';
import { readFilled } from '../../../src/reviser/prompts/template';
import type { Ask } from '../../../src/reviser/queue';
import type { StoredReply } from '../../../src/reviser/replies';
import { requestHash } from '../../../src/reviser/requestHash';
import { askRevision, revisedPair } from '../../../src/reviser/revise';
import { pairOfItem } from '../../../src/reviser/runJob';

const settings = { model: 'm', temperature: 0, maxTokens: 100 };
const identity = { kind: 'openai', origin: 'https://api.example.com' } as const;
const time = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Replies as it is told, and remembers what it was asked. */
function asker(say: (request: ChatRequest) => string | Partial<ChatReply>): { ask: Ask; asked: ChatRequest[] } {
  const asked: ChatRequest[] = [];
  const ask: Ask = async (request, { promptVersion }) => {
    asked.push(request);
    const said = say(request);
    const reply: ChatReply = { text: '', finish: 'stop', model: 'm-1', ...(typeof said === 'string' ? { text: said } : said) };
    return { hash: requestHash(request, identity), identity, request, reply, promptVersion, time, tokens: { input: 1, output: 1, estimated: false } } satisfies StoredReply;
  };
  return { ask, asked };
}

const pair: PreferencePair = {
  id: 'p', history: [{ role: 'system', content: 'Be brief.' }], prompt: 'How many?', chosen: 'There are twelve fish.', rejected: 'There are eleven fish.', split: 'heldOut', source: 'on_policy',
  rationale: 'An old reason.', tags: ['fish'], scores: { chosen: 9, rejected: 2 }, extra: { row: 7 },
};

describe('a revision', () => {
  it('has the loser as its loser, the revision as its winner, and says where it comes from', async () => {
    const { ask, asked } = asker(() => '{teacher_reasoning}: Nine and three.\n{corrected_student_solution}: There are twelve of the fish.');
    const { outcome } = await askRevision(pair, { template: CLAIR, settings }, ask);
    expect(readFilled(asked[0]!.messages[0]!.content)).toEqual({ task: 'System: Be brief.\n\nUser: How many?', student_solution: pair.rejected });
    expect(outcome.flags).toEqual([]);
    expect(revisedPair(pair, outcome, CLAIR)).toEqual({
      id: 'p', history: pair.history, prompt: 'How many?', chosen: 'There are twelve of the fish.', rejected: 'There are eleven fish.', split: 'heldOut', source: 'clair',
      rationale: 'Nine and three.', tags: ['fish'], scores: { rejected: 2 },
      extra: { row: 7, revision: { model: 'm-1', origin: 'https://api.example.com', prompt: expect.stringMatching(/^clair@/) as unknown, time: '2026-01-02T03:04:05.000Z' } },
    });
  });

  it('for the worse has the winner as its winner', async () => {
    const { ask, asked } = asker(() => '{corrected_student_solution}: There are thirteen fish.');
    const { outcome } = await askRevision(pair, { template: MAKE_WORSE, settings }, ask);
    expect(readFilled(asked[0]!.messages[0]!.content).strong_solution).toBe(pair.chosen);
    expect(revisedPair(pair, outcome, MAKE_WORSE)).toMatchObject({ chosen: 'There are twelve fish.', rejected: 'There are thirteen fish.', scores: { chosen: 9 } });
    expect(revisedPair(pair, outcome, MAKE_WORSE)).not.toHaveProperty('rationale');
  });

  it('asked again goes on from the reply before, comment by comment', async () => {
    const { ask, asked } = asker(({ messages }) => `{corrected_student_solution}: There are twelve fish${'!'.repeat(messages.length)}`);
    const { outcome, replies } = await askRevision(pair, { template: HARMLESS, settings, comments: ['Calmer.', 'Calmer still.'] }, ask);
    expect(asked.map(({ messages }) => messages.length)).toEqual([1, 3, 5]);
    expect(asked[2]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
    expect(asked[2]!.messages[1]!.content).toBe('{corrected_student_solution}: There are twelve fish!');
    expect(outcome.revision).toBe('There are twelve fish!!!!!');
    expect(new Set(replies).size).toBe(3);
  });
});

describe('an item', () => {
  const item = async (text: string, more: Partial<JobItem> = {}): Promise<JobItem> => {
    const { outcome } = await askRevision(pair, { template: CLAIR, settings }, asker(() => text).ask);
    return { ...newItem('j', 0, pair), status: outcome.flags.length > 0 ? 'flagged' : 'done', outcome, ...more };
  };
  const good = '{corrected_student_solution}: There are twelve fish.';
  const bad = 'There are twelve fish.';
  const made = async (text: string, more: Partial<JobItem> = {}): Promise<string | undefined> => pairOfItem(await item(text, more), { template: CLAIR })?.chosen;

  it('becomes a pair where nothing speaks against it, or where a person says so', async () => {
    expect(await made(good)).toBe('There are twelve fish.');
    expect(await made(good, { decision: { kind: 'rejected', time } })).toBeUndefined();
    expect(await made(good, { decision: { kind: 'edited', text: 'Twelve.', time } })).toBe('Twelve.');
    expect(await made('{corrected_student_solution}: 12', {})).toBeUndefined();
    expect(await made('{corrected_student_solution}: 12', { decision: { kind: 'accepted', time } })).toBe('12');
  });

  it('never becomes a pair without two different texts, whoever says so', async () => {
    expect(await made(bad)).toBeUndefined();
    expect(await made(bad, { decision: { kind: 'accepted', time } })).toBeUndefined();
    expect(await made(good, { decision: { kind: 'edited', text: ' \n', time } })).toBeUndefined();
    expect(await made(good, { decision: { kind: 'edited', text: pair.rejected, time } })).toBeUndefined();
    expect(pairOfItem(newItem('j', 0, pair), { template: CLAIR })).toBeNull();
  });

  it('tells in its pair what spoke against it, and that it was edited', async () => {
    const flagged = pairOfItem(await item('{corrected_student_solution}: 12', { decision: { kind: 'accepted', time } }), { template: CLAIR });
    expect(flagged!.extra).toMatchObject({ revision: { flags: ['too_different'] } });
    const edited = pairOfItem(await item(good, { decision: { kind: 'edited', text: 'Twelve.', time } }), { template: CLAIR });
    expect(edited!.extra).toMatchObject({ row: 7, revision: { edited: true } });
  });
});

describe('a judgement', () => {
  /** Prefers the answer with this word, and calls both equally clear. */
  const preferring = (word: string) => asker(({ messages }) => {
    const first = readFilled(messages[0]!.content).solution_1!.includes(word);
    return `Because.\ncorrect: ${first ? 1 : 2}\nclear: tie\n[${first ? 1 : 2}]`;
  });

  it('asks in both orders and leaves the pair as it stands where the winner wins', async () => {
    const { ask, asked } = preferring('twelve');
    const { outcome, replies } = await askJudge(pair, { template: COMPARE_ASPECTS, settings }, ask);
    expect(asked.map(({ messages }) => readFilled(messages[0]!.content).solution_1)).toEqual([pair.chosen, pair.rejected]);
    expect([outcome.winner, replies.length]).toEqual(['a', 2]);
    expect(judgedPair(pair, outcome)).toMatchObject({
      chosen: pair.chosen, rejected: pair.rejected, source: 'on_policy', scores: { chosen: 9, rejected: 2 }, rationale: 'Because.\n\nBecause.',
      extra: { row: 7, judge: { model: 'm-1', swapped: false, aspects: { correct: 'chosen', clear: 'tie' } } },
    });
  });

  it('turns the pair round with all that belongs to its sides where the loser wins', async () => {
    const { outcome } = await askJudge(pair, { template: COMPARE_ASPECTS, settings }, preferring('eleven').ask);
    expect(judgedPair(pair, { ...outcome, verdict: { ...outcome.verdict!, soft: 0.1 } })).toMatchObject({
      chosen: pair.rejected, rejected: pair.chosen, scores: { chosen: 2, rejected: 9 }, extra: { judge: { swapped: true, soft: 0.9, aspects: { correct: 'chosen' } } },
    });
  });

  it('that goes by the order is a tie, and makes no pair', async () => {
    const { outcome } = await askJudge(pair, { template: COMPARE_ASPECTS, settings }, asker(() => '[2]').ask);
    expect(outcome).toMatchObject({ winner: 'tie', verdict: { positionBias: 'second', firstOrder: 'b', secondOrder: 'a' }, flags: [] });
    expect(judgedPair(pair, outcome)).toBeNull();
  });

  it('by marks gives each answer its own, and turns round what is marked higher', async () => {
    const marks = asker(({ messages }) => `Hm.\n[${readFilled(messages[0]!.content).solution!.includes('eleven') ? 8 : 3}]`);
    const { outcome } = await askJudge(pair, { template: SCORE, settings }, marks.ask);
    expect(outcome).toMatchObject({ winner: 'b', scores: { a: 3, b: 8 }, flags: [] });
    expect(judgedPair(pair, outcome)).toMatchObject({ chosen: pair.rejected, scores: { chosen: 8, rejected: 3 } });
    const { outcome: unclear } = await askJudge(pair, { template: SCORE, settings }, asker(({ messages }) => (readFilled(messages[0]!.content).solution!.includes('eleven') ? 'No idea.' : '[5]')).ask);
    expect(unclear).toMatchObject({ winner: null, scores: { a: 5 }, flags: ['no_verdict'] });
    expect(judgedPair(pair, unclear)).toBeNull();
  });
});
