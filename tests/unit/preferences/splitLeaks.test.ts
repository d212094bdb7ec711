import { expect, it } from 'vitest';
import { splitLeaks } from '../../../src/preferences/splitLeaks';

it('counts prompts on both sides, however they are typed, and their pairs', () => {
  const of = (prompt: string, split: 'train' | 'heldOut') => ({ prompt, split });
  expect(
    splitLeaks([of('Q', 'train'), of(' q ', 'heldOut'), of('Q', 'train'), of('R', 'train'), of('R', 'train'), of('S', 'heldOut'), of('Caf\u00e9  au lait', 'heldOut'), of('cafe\u0301 au lait', 'train')]),
  ).toEqual({ prompts: 2, trainPairs: 3, heldOutPairs: 2 });
  expect(splitLeaks([])).toEqual({ prompts: 0, trainPairs: 0, heldOutPairs: 0 });
});
