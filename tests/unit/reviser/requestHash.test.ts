import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../src/reviser/chat';
import { canonicalJson, requestHash } from '../../../src/reviser/requestHash';

const request: ChatRequest = {
  model: 'gpt-4-0125-preview',
  system: '',
  messages: [{ role: 'user', content: '안녕 🙂' }],
  temperature: 0.7,
  maxTokens: 4096,
  topLogprobs: 0,
  sample: 0,
};
const openai = { kind: 'openai', origin: 'https://api.openai.com' } as const;

describe('the hash of a request', () => {
  it('is the SHA-256 of the request as JSON with its names in order', () => {
    const json =
      '{"kind":"openai","maxTokens":4096,"messages":[{"content":"안녕 🙂","role":"user"}],"model":"gpt-4-0125-preview",' +
      '"origin":"https://api.openai.com","sample":0,"system":"","temperature":0.7,"topLogprobs":0}';
    expect(requestHash(request, openai)).toBe(createHash('sha256').update(json, 'utf8').digest('hex'));
  });

  it('does not depend on the order in which a request was put together, nor on what else it carries', () => {
    const turned = Object.fromEntries(Object.entries({ ...request, key: 'sk-canary' }).reverse()) as unknown as ChatRequest;
    expect(requestHash(turned, openai)).toBe(requestHash(request, openai));
  });

  it('tells apart whatever can change the answer', () => {
    const others = [
      requestHash({ ...request, model: 'gpt-4o' }, openai),
      requestHash({ ...request, system: ' ' }, openai),
      requestHash({ ...request, messages: [{ role: 'assistant', content: '안녕 🙂' }] }, openai),
      requestHash({ ...request, temperature: 0 }, openai),
      requestHash({ ...request, maxTokens: 4095 }, openai),
      requestHash({ ...request, topLogprobs: 5 }, openai),
      requestHash({ ...request, sample: 1 }, openai),
      requestHash(request, { kind: 'openai', origin: 'http://localhost:11434' }),
      requestHash(request, { kind: 'anthropic', origin: 'https://api.openai.com' }),
    ];
    expect(new Set([...others, requestHash(request, openai)]).size).toBe(others.length + 1);
  });
});

describe('canonical JSON', () => {
  it('reads back as the same value, and is the same text whatever the order of names', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(canonicalJson(JSON.parse(JSON.stringify(value))))));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  it('refuses a number that JSON cannot hold', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(RangeError);
  });
});

/** The same value with the names of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([name, one]) => [name, reversed(one)]));
}
