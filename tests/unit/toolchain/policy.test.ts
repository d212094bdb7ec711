// The page's Content-Security-Policy: strict enough to be worth having.
import { expect, test } from 'vitest';
import { contentSecurityPolicy } from '../../../scripts/policy';

const directives = new Map(contentSecurityPolicy.split('; ').map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));

test('whatever is not named is refused', () => {
  expect(directives.get('default-src')).toEqual(["'none'"]);
});

test('no script runs from text, from the page itself or from another origin', () => {
  expect(directives.get('script-src')).not.toContain("'unsafe-eval'");
  expect(directives.get('script-src')).not.toContain("'unsafe-inline'");
  const sources = [...directives.values()].flat();
  expect(sources.filter((source) => /^(https?:|\*)/.test(source!))).toEqual([]);
});
