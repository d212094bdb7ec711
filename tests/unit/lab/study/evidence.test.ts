import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { diskAssets } from '../../../../cli/assets';
import { createCohort } from '../../../../src/engine/engine';
import { encodeSequence } from '../../../../src/engine/tokenizer/chat';
import { loadModel } from '../../../../src/lab/assets';
import { loadShippedPairs } from '../../../../src/lab/datasets';
import { createReference, type Reference } from '../../../../src/lab/reference';
import { collectEvidence } from '../../../../src/lab/study/evidence';
import type { PreferencePair } from '../../../../src/preferences/pair';
import { openInNode } from '../../../support/nodeBackend';

const load = diskAssets(fileURLToPath(new URL('../../../../public/', import.meta.url)));
const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;

describe('what an adviser is told', () => {
  let reference: Reference;
  let pairs: PreferencePair[];
  beforeAll(async () => {
    await openInNode('wasm');
    reference = createReference(await loadModel(load, 'town'), createCohort);
    pairs = (await loadShippedPairs(load, 'clair')).filter(({ split }) => split === 'heldOut').slice(0, 40);
  });

  it('is how good winners, losers and the model’s own answers are, and how likely', async () => {
    const foreign = { ...pairs[0]!, prompt: 'What is the capital of France?' };
    const long = { ...pairs[0]!, chosen: 'word '.repeat(200) };
    const evidence = (await collectEvidence({ pairs: [...pairs, foreign, long], reference, seed: 1 }))!;
    // The one that does not fit is passed over; of the prompt that the town does not know there is no score.
    expect(evidence.pairs).toBe(41);
    expect(evidence.winnerGold).toEqual(pairs.map(() => 1));
    expect(evidence.ownGold).toHaveLength(40);
    // The checkpoint's own score at temperature 1 is about .4, as it was measured after its pretraining.
    expect(mean(evidence.ownGold)).toBeGreaterThan(0.2);
    expect(mean(evidence.ownGold)).toBeLessThan(0.6);
    const { prompt, chosen } = pairs[7]!;
    const [scores] = await reference.cohort.logProbs([encodeSequence(reference.model.tokenizer, prompt, chosen)]);
    const { sum, perToken } = scores![0]!;
    expect(evidence.winnerLogProb[7]).toBeCloseTo(sum / perToken.length, 4);
    // What is sampled from a model is about as likely under it as its entropy says: a fraction of a nat a token.
    expect(mean(evidence.ownLogProb)).toBeGreaterThan(-1);
    expect(mean(evidence.ownLogProb)).toBeLessThan(-0.05);
  });

  it('is nothing when the asking was ended', async () => {
    expect(await collectEvidence({ pairs, reference, seed: 1, onProgress: () => false })).toBeUndefined();
  });
});
