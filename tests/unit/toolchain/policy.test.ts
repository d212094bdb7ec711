// The page's Content-Security-Policy: strict enough to be worth having.
import { expect, test } from 'vitest';
import { contentSecurityPolicy } from '../../../scripts/policy';
import { VIEWER } from '../../../src/preferences/import/viewer';

const directives = new Map(contentSecurityPolicy.split('; ').map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));

test('whatever is not named is refused', () => {
  expect(directives.get('default-src')).toEqual(["'none'"]);
});

test('no script runs from text, from the page itself or from another origin, and nothing but rows is fetched from one', () => {
  expect(directives.get('script-src')).not.toContain("'unsafe-eval'");
  expect(directives.get('script-src')).not.toContain("'unsafe-inline'");
  const outside = [...directives].flatMap(([name, sources]) => sources.filter((source) => /^(https?:|\*)/.test(source)).map((source) => [name, source]));
  // Public datasets, when a person asks for one.
  expect(outside).toEqual([['connect-src', VIEWER]]);
});
