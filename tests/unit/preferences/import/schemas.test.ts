import { describe, expect, it } from 'vitest';
import { faults, fixture, importAll, inconsistencies, warnings } from '../../../support/importing';

const load = (name: string) => importAll(fixture(name));
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const system = (content: string) => ({ role: 'system', content });

/** Pairs without what follows from their content. */
async function told(name: string): Promise<object[]> {
  const all = await load(name);
  expect(inconsistencies(all)).toEqual([]);
  return all.pairs.map(({ id: _, split: __, source: ___, ...pair }) => pair);
}

describe('datasets known by name', () => {
  it.each([
    ['hh-rlhf.jsonl', 'Anthropic/hh-rlhf'],
    ['ultrafeedback_clair_32k.jsonl', 'ContextualAI/ultrafeedback_clair_32k'],
    ['ultrafeedback_binarized.jsonl', 'HuggingFaceH4/ultrafeedback_binarized'],
    ['trl-ultrafeedback_binarized.jsonl', 'trl-lib/ultrafeedback_binarized'],
    ['kto-mix-14k.jsonl', 'trl-lib/kto-mix-14k'],
    ['ultrafeedback.jsonl', 'openbmb/UltraFeedback'],
    ['shp.jsonl', 'stanfordnlp/SHP'],
    ['orca_dpo_pairs.jsonl', 'Intel/orca_dpo_pairs'],
    ['distilabel-intel-orca-dpo-pairs.jsonl', 'argilla/distilabel-intel-orca-dpo-pairs'],
  ])('%s is taken for %s', async (name, dataset) => {
    const { report } = await load(name);
    expect(report.recognition).toMatchObject({ confidence: 'named', why: { values: { dataset } } });
  });

  it('hh-rlhf: transcripts become history, prompt and answers, parted at the last shared answer', async () => {
    const all = await load('hh-rlhf.jsonl');
    expect(all.report.mapping).toMatchObject({ kind: 'paired', layout: 'transcript' });
    expect(await told('hh-rlhf.jsonl')).toEqual([
      { prompt: 'Where is the bakery?', chosen: 'On Mill Lane.', rejected: 'I have no idea.' },
      { history: [user('Hello.'), assistant('Hello!')], prompt: 'Who bakes?', chosen: 'Ada does.', rejected: 'Somebody.' },
      { prompt: 'Hi.', chosen: 'Good morning.\n\nHuman: Thanks.\n\nAssistant: Any time.', rejected: 'What?\n\nHuman: Rude.\n\nAssistant: Sorry.' },
    ]);
    expect(warnings(all)).toEqual({ severalTurns: 1 });
    expect(faults(all)).toEqual(['4: sameSides', '5: noCommonPrompt']);
  });

  it('CLAIR: sides that repeat the prompt lose it, and the reviser’s reasoning is the rationale', async () => {
    expect(await told('ultrafeedback_clair_32k.jsonl')).toEqual([
      { prompt: 'Name a river.', chosen: 'The Rhine, which rises in Switzerland.', rejected: 'The Rhine.', rationale: 'It says where the river rises.' },
      { prompt: 'Two plus two?', chosen: 'Four.', rejected: 'Five.', rationale: 'The sum was wrong.' },
    ]);
  });

  it('ultrafeedback_binarized: scores are kept, other columns too, and a column that repeats a side is not', async () => {
    expect(await told('ultrafeedback_binarized.jsonl')).toEqual([
      { prompt: 'Name a tree.', chosen: 'An oak.', rejected: 'A rose.', scores: { chosen: 8.5, rejected: 3 }, extra: { prompt_id: 'a1' } },
      { prompt: 'Name a bird.', chosen: 'A wren.', rejected: 'A bat.', scores: { chosen: 4, rejected: 6 }, extra: { prompt_id: 'a2' } },
    ]);
    expect(warnings(await load('ultrafeedback_binarized.jsonl'))).toEqual({ scoreOrder: 1 });
  });

  it('trl-lib’s: the prompt is what both conversations begin with, the system message included', async () => {
    expect(await told('trl-ultrafeedback_binarized.jsonl')).toEqual([
      { prompt: 'Name a tree.', chosen: 'An oak.', rejected: 'A rose.', scores: { chosen: 8.5, rejected: 3 } },
      { history: [system('Be brief.')], prompt: 'Name a bird.', chosen: 'A wren.', rejected: 'A bat.', scores: { chosen: 7, rejected: 6 } },
    ]);
  });

  it('KTO’s: rows of one prompt pair up in order, each row once, and the rest have no partner', async () => {
    const all = await load('kto-mix-14k.jsonl');
    expect(await told('kto-mix-14k.jsonl')).toEqual([
      { prompt: 'Name a tree.', chosen: 'An oak.', rejected: 'A rose.' },
      { prompt: 'Name a tree.', chosen: 'A beech.', rejected: 'A stone.' },
    ]);
    expect(faults(all)).toEqual(['2: noPartner']);
    expect(all.report).toMatchObject({ rows: 5, ok: 4, rejected: 1, pairs: 2 });
  });

  it('UltraFeedback: the best against the worst, and a 10 that the aspects contradict counts as 1', async () => {
    const all = await load('ultrafeedback.jsonl');
    expect((await told('ultrafeedback.jsonl')).map((pair) => ({ ...pair, extra: undefined }))).toEqual([
      { prompt: 'Name a tree.', chosen: 'An oak, a broad one.', rejected: 'A rose.', scores: { chosen: 8.5, rejected: 3 } },
      { prompt: 'Name a bird.', chosen: 'A wren.', rejected: 'A stone.', scores: { chosen: 7.5, rejected: 1 } },
      { prompt: 'Name a fish.', chosen: 'A trout.', rejected: 'A whale.', scores: { chosen: 10, rejected: 6 } },
    ]);
    expect(warnings(all)).toEqual({ wrongTen: 1 });
    expect(faults(all)).toEqual(['4: tie', '5: tooFew']);
  });

  it('SHP: the label says which reference is preferred, and the scores follow', async () => {
    expect(await told('shp.jsonl')).toEqual([
      {
        prompt: 'Why is my bread flat?', chosen: 'Your yeast is old.', rejected: 'Dunno.', scores: { chosen: 40, rejected: 3 },
        tags: ['askbaking_train'], extra: { post_id: 'p1', score_ratio: 13.3 },
      },
      {
        prompt: 'Which flour?', chosen: 'Strong white, for its gluten.', rejected: 'Any.', scores: { chosen: 21, rejected: 2 },
        tags: ['askbaking_test'], extra: { post_id: 'p2', score_ratio: 10.5 },
      },
    ]);
  });

  it('Orca’s: the system column becomes a system turn where it says something', async () => {
    expect(await told('orca_dpo_pairs.jsonl')).toEqual([
      { history: [system('You answer in one word.')], prompt: 'Capital of France?', chosen: 'Paris', rejected: 'It is Lyon.' },
      { prompt: 'Capital of Italy?', chosen: 'Rome', rejected: 'Milan' },
    ]);
  });

  it('distilabel’s: ties are left out by their status', async () => {
    const all = await load('distilabel-intel-orca-dpo-pairs.jsonl');
    expect(all.pairs.map(({ prompt, chosen, scores }) => [prompt, chosen, scores])).toEqual([
      ['Capital of France?', 'Paris', { chosen: 9 }],
      ['Capital of Italy?', 'Rome', { chosen: 9 }],
    ]);
    expect(faults(all)).toEqual(['2: tie']);
  });

  it('hh-rlhf’s red-team attempts are refused, for they are no pairs', async () => {
    await expect(load('red-team-attempts.jsonl')).rejects.toThrow(/red-team attempts/);
  });
});

describe('TRL’s dataset types', () => {
  it('standard with an explicit prompt stays as it is, blanks included', async () => {
    expect(await told('trl-standard-explicit.jsonl')).toEqual([
      { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
      { prompt: 'Grass is', chosen: ' green.', rejected: ' red.' },
    ]);
  });

  it('standard with an implicit prompt is parted where the sides differ, before a blank and never in a word', async () => {
    expect(await told('trl-standard-implicit.jsonl')).toEqual([
      // As extract_prompt in TRL's documentation.
      { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
      { prompt: 'The sky is', chosen: ' black.', rejected: ' blue.' },
      { prompt: '하늘은', chosen: ' 파랗다.', rejected: ' 푸르다.' },
    ]);
    expect(faults(await load('trl-standard-implicit.jsonl'))).toEqual(['4: noCommonPrompt']);
    expect((await load('trl-standard-implicit.jsonl')).report.recognition?.confidence).toBe('guess');
  });

  it('conversational, explicit and implicit', async () => {
    const sky = { prompt: 'What color is the sky?', chosen: 'It is blue.', rejected: 'It is green.' };
    expect(await told('trl-conversational-explicit.jsonl')).toEqual([
      sky,
      { history: [system('Be kind.'), user('Hello'), assistant('Hello!')], prompt: 'And the sun?', chosen: 'It is yellow.', rejected: 'Who cares.' },
    ]);
    expect(await told('trl-conversational-implicit.jsonl')).toEqual([sky]);
  });

  it('unpaired', async () => {
    expect(await told('trl-unpaired.jsonl')).toEqual([{ prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' }]);
    expect(faults(await load('trl-unpaired.jsonl'))).toEqual(['3: noPartner']);
  });

  it('stepwise: an answer is good if all its steps are', async () => {
    expect(await told('trl-stepwise.jsonl')).toEqual([
      {
        prompt: 'Which is larger, 9.8 or 9.11?',
        chosen: 'Compare the tenths: 8 against 1.\nSo 9.8 is larger.',
        rejected: '11 is larger than 8.\nSo 9.11 is larger.',
      },
    ]);
    expect((await load('trl-stepwise.jsonl')).report.mapping).toMatchObject({ kind: 'stepwise', separator: '\n' });
  });
});

describe('what resembles them', () => {
  it('two conversations and a winner', async () => {
    expect((await told('arena.jsonl')).map((pair) => ({ ...pair, extra: undefined }))).toEqual([{ prompt: 'Name a tree.', chosen: 'An oak.', rejected: 'A rose.' }]);
    expect(faults(await load('arena.jsonl'))).toEqual(['2: tie']);
  });

  it('an instruction with its input, tags, and a split that overrules the one by prompt', async () => {
    expect((await load('alpaca.jsonl')).pairs).toMatchObject([
      { prompt: 'Translate to French.\n\nGood morning', tags: ['french', 'short'], split: 'heldOut' },
      { prompt: 'Translate to French.', tags: ['french'], split: 'train' },
    ]);
  });

  it.each<[string, object, object]>([
    ['winners and losers', { question: 'Q?', winner: 'A', loser: 'B' }, { chosen: 'A', rejected: 'B' }],
    ['names in other cases', { Instruction: 'Q?', 'Chosen Response': 'A', 'Rejected-Response': 'B' }, { prompt: 'Q?', chosen: 'A', rejected: 'B' }],
    ['responses a and b', { prompt: 'Q?', response_a: 'A', response_b: 'B', preference: 'response_b' }, { chosen: 'B', rejected: 'A' }],
    ['responses 1 and 2', { prompt: 'Q?', response_1: 'A', response_2: 'B', preferred: 2 }, { chosen: 'B', rejected: 'A' }],
    ['responses 0 and 1', { prompt: 'Q?', response_0: 'A', response_1: 'B', better: 0 }, { chosen: 'A', rejected: 'B' }],
    ['responses and the number of the better one', { prompt: 'Q?', response_0: 'A', response_1: 'B', better_response_id: 1 }, { chosen: 'B', rejected: 'A' }],
    ['a list of answers beside a list of scores', { prompt: 'Q?', responses: ['C', 'A', 'B'], scores: [2, 3, 1] }, { chosen: 'A', rejected: 'B', scores: { chosen: 3, rejected: 1 } }],
    ['ranked answers', { question: 'Q?', answers: [{ answer: 'B', rank: 2 }, { answer: 'A', rank: 1 }] }, { chosen: 'A', rejected: 'B' }],
    ['messages by from and value', { conversations: 1, chosen: [{ from: 'human', value: 'Q?' }, { from: 'gpt', value: 'A' }], rejected: [{ from: 'human', value: 'Q?' }, { from: 'gpt', value: 'B' }] }, { prompt: 'Q?', chosen: 'A', rejected: 'B' }],
    ['messages in parts', { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Q' }, { type: 'text', text: '?' }] }], chosen: [{ role: 'assistant', content: 'A' }], rejected: [{ role: 'assistant', content: 'B' }] }, { prompt: 'Q?' }],
    ['messages as a struct of lists', { prompt: 'Q?', chosen: { role: ['user', 'assistant'], content: ['Q?', 'A'] }, rejected: { role: ['user', 'assistant'], content: ['Q?', 'B'] } }, { prompt: 'Q?', chosen: 'A', rejected: 'B' }],
    ['a transcript as the prompt beside answers in text', { prompt: '\n\nHuman: Hm\n\nAssistant: Yes?\n\nHuman: Q?\n\nAssistant:', chosen: 'Human: x\n\nAssistant: A', rejected: 'Human: x\n\nAssistant: B' }, { chosen: 'A', rejected: 'B' }],
    ['answers that are transcripts, beside a prompt that is none', { prompt: 'Write a dialogue.', chosen: 'Human: x\n\nAssistant: A', rejected: 'Human: x\n\nAssistant: B' }, { prompt: 'Write a dialogue.', chosen: 'Human: x\n\nAssistant: A' }],
    ['numbers where text should be', { prompt: 'How many?', chosen: 4, rejected: 5 }, { chosen: '4', rejected: '5' }],
    ['a history beside the prompt', { prompt: 'Q?', history: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Hi' }], chosen: 'A', rejected: 'B' }, { history: [user('Hi'), assistant('Hi')], prompt: 'Q?' }],
  ])('%s', async (_, row, pair) => {
    const all = await importAll(`${JSON.stringify(row)}\n`);
    expect(faults(all)).toEqual([]);
    expect(all.pairs).toMatchObject([pair]);
  });

  it('a scale between two answers, with a tie in its middle', async () => {
    const all = await importAll(JSON.stringify([-2, 0, 3].map((overall_preference, i) => ({ context: `Q${i}`, response1: 'A', response2: 'B', overall_preference }))));
    expect(all.pairs).toMatchObject([{ prompt: 'Q0', chosen: 'A' }, { prompt: 'Q2', chosen: 'B' }]);
    expect(faults(all)).toEqual(['2: tie']);
    expect(all.report.recognition?.confidence).toBe('guess');
  });

  it('names the columns it does not know', async () => {
    await expect(importAll('{"lorem": 1, "ipsum": 2}\n{"lorem": 3}\n')).rejects.toThrow(/lorem, ipsum/);
  });
});
