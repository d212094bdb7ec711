import { describe, expect, it } from 'vitest';
import { madeProvenance, readMade } from '../../../../src/lab/making/provenance';

const made = {
  kind: 'on_policy' as const, seed: 4_294_967_295, asked: { train: 320, heldOut: 128 }, modelHash: 'ab'.repeat(32),
  model: { run: 'f00', name: '{"a": 1}', policy: 2, label: '12', step: 60 }, judge: { length: 0.5, position: 0, noise: 0.25, style: -1 },
};

describe('how a dataset was made', () => {
  it('is read as it was written, whatever a run is called', () => {
    const provenance = madeProvenance(made, Date.UTC(2026, 10, 21, 12));
    expect(Object.values(provenance).every((text) => typeof text === 'string')).toBe(true);
    expect(readMade(provenance)).toEqual({ ...made, lab: expect.stringMatching(/^\d+\.\d+/), made: '2026-11-21T12:00:00.000Z' });
    // A hash of digits alone stays a text.
    expect(readMade({ ...provenance, modelHash: '1'.repeat(64) })!.modelHash).toBe('1'.repeat(64));
  });

  it('is not believed where it was tampered with, and is nothing that another dataset says', () => {
    const provenance = madeProvenance(made, 0);
    const wrong = { kind: 'other', seed: '-1', asked: '3', judge: '{"length": 99}', model: '{"run": 1}', made: 'yesterday' };
    for (const [key, text] of Object.entries(wrong)) {
      expect(readMade({ ...provenance, [key]: text }), key).toBeUndefined();
    }
    expect(readMade({ file: 'pairs.jsonl', imported: '2026-11-21T12:00:00.000Z' })).toBeUndefined();
    expect(readMade({})).toBeUndefined();
  });
});
