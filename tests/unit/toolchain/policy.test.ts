// The page's Content-Security-Policy: strict enough to be worth having.
import { describe, expect, it, test } from 'vitest';
import { furtherOrigins, securityPolicy } from '../../../scripts/policy';
import { VIEWER } from '../../../src/preferences/import/viewer';
import { policyAllows } from '../../../src/reviser/places';

const read = (policy: string) => new Map(policy.split('; ').map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));
const directives = read(securityPolicy());

test('whatever is not named is refused', () => {
  expect(directives.get('default-src')).toEqual(["'none'"]);
});

test('no script runs from text, from the page itself or from another origin, and nothing is loaded from one', () => {
  expect(directives.get('script-src')).not.toContain("'unsafe-eval'");
  expect(directives.get('script-src')).not.toContain("'unsafe-inline'");
  const outside = [...directives].flatMap(([name, sources]) => sources.filter((source) => /^(https?:|\*)/.test(source)).map((source) => [name, source]));
  expect(outside).toEqual([
    // Public datasets, when a person asks for one.
    ['connect-src', VIEWER],
    // Chat models that a person chooses on the Revise page.
    ['connect-src', 'https://api.openai.com'],
    ['connect-src', 'https://api.anthropic.com'],
    ['connect-src', 'https://openrouter.ai'],
    // Servers on the person's own machine.
    ['connect-src', 'http://localhost:*'],
    ['connect-src', 'http://127.0.0.1:*'],
  ]);
});

describe('a build', () => {
  it('may name further origins, and nothing but connections goes to them', () => {
    const policy = read(securityPolicy('https://relay.school.org, http://10.1.2.3:8787/  https://relay.school.org'));
    const added = [...policy].flatMap(([name, sources]) => sources.filter((source) => !directives.get(name)!.includes(source)).map((source) => [name, source]));
    expect(added).toEqual([['connect-src', 'https://relay.school.org'], ['connect-src', 'http://10.1.2.3:8787']]);
  });

  it.each(['*', 'https:', 'https://*.school.org', 'https://a.org/path', 'wss://a.org', 'a.org', "https://a.org;script-src'unsafe-inline'", "'unsafe-inline'", 'https://me:secret@a.org'])(
    'fails where it names %s, which is no whole origin',
    (text) => expect(() => furtherOrigins(text)).toThrow(/names origins/),
  );
});

test('the page can tell what its policy will refuse', () => {
  const policy = securityPolicy('https://relay.school.org');
  const self = 'https://lab.school.org';
  for (const origin of [self, 'https://relay.school.org', 'https://api.openai.com', 'http://localhost:11434', 'http://127.0.0.1:80', 'http://localhost']) expect(policyAllows(policy, origin, self), origin).toBe(true);
  for (const origin of ['https://evil.example', 'https://api.openai.com.evil.example', 'http://api.openai.com', 'http://localhost.evil.example:80', 'http://127a0.0.1:8', 'https://localhost:1']) {
    expect(policyAllows(policy, origin, self), origin).toBe(false);
  }
  expect(policyAllows(undefined, 'https://evil.example', self)).toBe(true);
});
