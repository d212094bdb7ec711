// Jobs, items and replies for tests, with whatever makes storing hard.
import type { ChatRequest } from '../../../src/reviser/chat';
import type { Job } from '../../../src/reviser/jobs';
import { CLAIR } from '../../../src/reviser/prompts/revising';
import { templateVersion } from '../../../src/reviser/prompts/template';
import type { StoredReply } from '../../../src/reviser/replies';
import { requestHash } from '../../../src/reviser/requestHash';
import type { RevisionOutcome } from '../../../src/reviser/revise';
import type { PreferencePair } from '../../../src/preferences/pair';

export function someJob(id: string, more: Partial<Job> = {}): Job {
  return {
    id, name: `Job ${id}`, createdAt: 5, kind: 'revise', dataset: 'stored:d1', template: CLAIR,
    settings: { model: 'small', temperature: 0.7, maxTokens: 400 }, provider: { kind: 'openai', baseUrl: 'http://localhost:1/v1' },
    limits: { concurrency: 4, budgetTokens: 100_000 }, spent: { input: 0, output: 0 }, ...more,
  };
}

export const loserPairs = (count: number): PreferencePair[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `p${i}`, prompt: `What does number ${i} do?`, chosen: `Number ${i} sings.`, rejected: `Number ${i} sits`, split: i % 5 === 0 ? 'heldOut' : 'train', source: 'on_policy',
  }));

const identity = { kind: 'openai', origin: 'http://localhost:1' } as const;

/** A reply to one question; the same name makes the same hash. */
export function someReply(name: string, text = `{corrected_student_solution}: ${name} \ud800 <script>`): StoredReply {
  const request: ChatRequest = { model: 'small', system: '', messages: [{ role: 'user', content: name }], temperature: 0.7, maxTokens: 400, topLogprobs: 0, sample: 0 };
  return {
    hash: requestHash(request, identity), identity, request, promptVersion: templateVersion(CLAIR), time: 1234.5,
    reply: { text, finish: 'stop', model: 'small-2', usage: { input: 3, output: 4 }, logprobs: [{ token: '1', top: [{ token: '1', logprob: -0.1 }, { token: '2', logprob: -Infinity }] }] },
    tokens: { input: 3, output: 4, estimated: false },
  };
}

export const someOutcome = (revision: string | null, flags: RevisionOutcome['flags'] = []): RevisionOutcome => ({
  kind: 'revision', revision, rationale: 'It was dull.', flags, source: { model: 'small-2', origin: identity.origin, promptVersion: templateVersion(CLAIR), time: 1234.5 },
});
