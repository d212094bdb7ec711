import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerFault, networkFault, retryAfter, serverWords, waitInWords } from '../../../src/reviser/faults';
import { withoutKey, withoutWholeKey } from '../../../src/reviser/secrets';

const context = { model: 'llama3.2', url: 'http://localhost:11434/v1/chat/completions', key: 'sk-proj-canary0123456789' };
const fault = (status: number, body: unknown, headers = new Headers()) =>
  answerFault({ status, body: typeof body === 'string' ? body : JSON.stringify(body), headers }, context);

describe('the fault of an answer', () => {
  // Bodies as these servers send them.
  it.each([
    ['OpenAI, a wrong key', 401, { error: { message: 'Incorrect API key provided: sk-proj-***.', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } }, 'wrong_key'],
    ['Google, a wrong key', 400, [{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } }], 'wrong_key'],
    ['Anthropic, a wrong key', 401, { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } }, 'wrong_key'],
    ['OpenAI, no credit', 429, { error: { message: 'You exceeded your current quota, please check your plan and billing details.', type: 'insufficient_quota', param: null, code: 'insufficient_quota' } }, 'quota'],
    ['Anthropic, no credit', 400, { type: 'error', error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access the Anthropic API.' } }, 'quota'],
    ['OpenRouter, no credit', 402, { error: { message: 'Insufficient credits', code: 402 } }, 'quota'],
    ['OpenAI, too fast', 429, { error: { message: 'Rate limit reached for gpt-4o on requests per min (RPM)', type: 'requests', param: null, code: 'rate_limit_exceeded' } }, 'rate_limit'],
    ['OpenAI, too fast without a payment method', 429, { error: { message: 'Rate limit reached for gpt-3.5-turbo in organization org-x on requests per min. Limit: 3 / min. Please try again in 20s. Please add a payment method to your account to increase your rate limit. Visit https://platform.openai.com/account/billing to add a payment method.', type: 'requests', param: null, code: 'rate_limit_exceeded' } }, 'rate_limit'],
    ['OpenAI, an unknown model', 404, { error: { message: 'The model `gpt-9` does not exist or you do not have access to it.', type: 'invalid_request_error', param: null, code: 'model_not_found' } }, 'unknown_model'],
    ['Anthropic, an unknown model', 404, { type: 'error', error: { type: 'not_found_error', message: 'model: claude-9' } }, 'unknown_model'],
    ['Ollama, an unknown model', 404, { error: { message: 'model "llama9" not found, try pulling it first', type: 'api_error', param: null, code: null } }, 'unknown_model'],
    ['Ollama, a wrong path', 404, '404 page not found', 'unknown_path'],
    ['FastAPI, a wrong path', 404, { detail: 'Not Found' }, 'unknown_path'],
    ['OpenAI, too long', 400, { error: { message: "This model's maximum context length is 8192 tokens.", type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' } }, 'too_large'],
    ['Anthropic, too long', 400, { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' } }, 'too_large'],
    ['Anthropic, too large', 413, { type: 'error', error: { type: 'request_too_large', message: 'Request exceeds the maximum size' } }, 'too_large'],
    ['Anthropic, overloaded', 529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'overloaded'],
    ['Anthropic, overloaded after a 200', 200, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'overloaded'],
    ['OpenRouter, too fast after a 200', 200, { error: { code: 429, message: 'Provider returned error' } }, 'rate_limit'],
    ['llama.cpp, still loading', 503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }, 'overloaded'],
    ['an older Ollama', 500, { error: 'llama runner process has terminated' }, 'server'],
    ['a proxy', 502, '<html><head><style>h1{}</style></head><body><h1>502 Bad Gateway</h1></body></html>', 'server'],
    ['vLLM, a wrong value', 400, { object: 'error', message: 'max_tokens must be at least 1', type: 'BadRequestError', param: null, code: 400 }, 'bad_request'],
    ['Ollama, a foreign origin', 403, '', 'forbidden'],
    ['nobody knows what', 200, 'null', 'server'],
  ])('of %s is told from its status and body', (_, status, body, expected) => {
    expect(fault(status, body).fault).toBe(expected);
  });

  it('shows what the server says, in one short line of text', () => {
    expect(fault(500, { error: 'a\n\u0007b\u202e' }).message).toMatch(/It says: a b$/);
    expect(serverWords('<html><style>x</style><h1>502 <b>Bad</b></h1>').message).toBe('502 Bad');
    expect(fault(500, { error: 'x'.repeat(10_000) }).message.length).toBeLessThan(600);
  });

  it('never throws and never shows the key, whatever the body is', () => {
    fc.assert(
      fc.property(fc.constantFrom(200, 400, 401, 403, 404, 413, 429, 500, 529), fc.oneof(fc.json(), fc.string()), fc.string(), (status, body, other) => {
        for (const text of [body, JSON.stringify({ error: { message: `${other}${context.key}${other}` } }), `${context.key}${other}`]) {
          expect(fault(status, text).message).not.toContain('canary');
        }
      }),
    );
  });
});

describe('Retry-After', () => {
  // RFC 9110, section 10.2.3, gives both forms, with this date.
  const now = Date.UTC(1999, 11, 31, 23, 59, 29);
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['1.5', 1500],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 30_000],
    ['Fri, 31 Dec 1999 23:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
  ])('%s', (value, expected) => {
    expect(retryAfter(new Headers({ 'retry-after': value }), now)).toBe(expected);
  });

  it('in milliseconds goes before seconds, and a wait of years is one of a day', () => {
    expect(retryAfter(new Headers({ 'retry-after': '2', 'retry-after-ms': '1400' }), now)).toBe(1400);
    expect(retryAfter(new Headers({ 'retry-after': '99999999' }), now)).toBe(24 * 3600 * 1000);
    expect(retryAfter(new Headers(), now)).toBeUndefined();
  });
});

describe('a wait in words', () => {
  it.each([
    ['Please try again in 20s. Contact us.', 20_000],
    ['Please try again in 1.2s.', 1200],
    ['Please try again in 250ms.', 250],
    ['Please try again in 6m0s.', 360_000],
    ['Please try again in 1h2m3.5s.', 3_723_500],
    ['Retry after 5 seconds', 5000],
    ['Please try again in a while', undefined],
    ['Please try again later', undefined],
  ])('%s', (message, expected) => {
    expect(waitInWords(message)).toBe(expected);
  });

  it('counts only where no header says otherwise', () => {
    const body = { error: { message: 'Rate limit reached. Please try again in 20s.', code: 'rate_limit_exceeded' } };
    expect(fault(429, body).retryAfterMs).toBe(20_000);
    expect(fault(429, body, new Headers({ 'retry-after': '3' })).retryAfterMs).toBe(3000);
  });
});

it('an answer that never came names the three reasons there may be', () => {
  expect(networkFault(context).message).toMatch(/localhost:11434.*nothing runs.*CORS.*local network/);
});

describe('a key', () => {
  it('is taken out whole and in pieces of eight characters or more, wherever it stands', () => {
    const key = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(key, fc.string(), fc.string(), fc.nat(), (secret, before, after, at) => {
        const start = at % (secret.length - 8);
        const shown = withoutKey(`${before}${secret.slice(start)}${after}${secret}`, secret);
        for (let i = 0; i + 8 <= secret.length; i++) expect(shown).not.toContain(secret.slice(i, i + 8));
      }),
    );
  });

  it('that is short takes all words with it', () => {
    expect(withoutKey('your key abc is wrong', 'abc')).toBe('[key]');
    expect(withoutKey('your key is wrong', 'abc')).toBe('your key is wrong');
  });

  it('of somebody else is masked by its looks', () => {
    expect(withoutKey('Incorrect API key provided: sk-abcde********wxyz.', 'another-key-1234')).toBe('Incorrect API key provided: [key]');
    expect(withoutKey('hf_abcdefghijkl and AIzaSyA1234567890abcdefg', undefined)).toBe('[key] and [key]');
  });

  it('leaves a reply alone where it is not in it', () => {
    expect(withoutWholeKey('risk-based ask-me-anything', 'sk-based-on-nothing')).toBe('risk-based ask-me-anything');
  });
});
