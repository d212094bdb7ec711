import { expect, it } from 'vitest';
import { isOfStudy, sameSource } from '../../../src/stores/studyProtocol';

it('lets a study hear of its own requests and runs alone, and of no checkpoint', () => {
  const checkpoint = { step: 2, tensors: {}, stopped: [], numTokens: [] };
  expect(isOfStudy({ type: 'progress', requestId: 'study 3', share: 0.5 })).toBe(true);
  expect(isOfStudy({ type: 'state', runId: 'study 1 clair 1 2', state: 'finished', step: 2 })).toBe(true);
  expect(isOfStudy({ type: 'checkpoint', runId: 'study 1 clair 1 2', checkpoint })).toBe(false);
  expect(isOfStudy({ type: 'progress', requestId: 'make-3', share: 0.5 })).toBe(false);
  expect(isOfStudy({ type: 'state', runId: 'a study of mine', state: 'finished', step: 2 })).toBe(false);
  expect(isOfStudy({ type: 'failed', message: '', template: '', values: {} })).toBe(false);
});

it('tells one study from another by its id', () => {
  expect(sameSource('shipped', 'shipped')).toBe(true);
  expect(sameSource({ own: 'a' }, { own: 'a' })).toBe(true);
  expect(sameSource({ own: 'a' }, { own: 'b' })).toBe(false);
  expect(sameSource('shipped', { own: 'a' })).toBe(false);
});
