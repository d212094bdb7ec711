// Pairs from a seed for the tests of storage: few words, so that tags, prompts and values repeat.
import { createRandom } from '../../../../src/engine/random';
import type { PairSource, PreferencePair } from '../../../../src/preferences/pair';

const words = ['bakery', 'Opens', 'at', 'seven', 'the', 'mill', 'Straße', '사과', '나무', '👩‍🌾', 'café', 'ΟΔΟΣ', 'river', 'why', 'not'];
const sources: readonly PairSource[] = ['imported', 'written', 'clair', 'on_policy'];

export function somePairs(count: number, seed = 1): PreferencePair[] {
  const random = createRandom(seed);
  const text = (most: number): string => Array.from({ length: 1 + random.below(most) }, () => random.pick(words)).join(' ');
  return Array.from({ length: count }, (_, i) => {
    const [first, second] = [text(9), `${text(9)}.`];
    const tags = ['good', 'to check', '확인'].filter(() => random.chance(0.3));
    return {
      id: `p${i}`,
      prompt: text(2),
      chosen: first,
      rejected: second,
      split: random.chance(0.25) ? 'heldOut' : 'train',
      source: random.pick(sources),
      ...(random.chance(0.3) && { rationale: text(4) }),
      ...(tags.length > 0 && { tags }),
      ...(random.chance(0.5) && { scores: { chosen: random.below(5), rejected: random.below(5) } }),
      ...(random.chance(0.2) && { history: [{ role: 'system', content: text(3) }] as const }),
      ...(random.chance(0.2) && { extra: { domain: text(1), n: random.below(3) } }),
    };
  });
}
