import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, LONGEST_WAIT } from '../../../src/reviser/backoff';
import { createBudget } from '../../../src/reviser/budget';
import { createPace } from '../../../src/reviser/pace';
import { virtualClock } from '../../support/virtualClock';

const forever = (): AbortSignal => new AbortController().signal;

describe('the wait before another attempt', () => {
  it('doubles from a second to a minute, half of it drawn', () => {
    expect([0, 1, 2, 5, 6, 40].map((attempt) => backoffMs(attempt, 0))).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000]);
    expect([0, 1, 6].map((attempt) => backoffMs(attempt, 0.999999))).toEqual([1000, 2000, 60_000].map((ms) => expect.closeTo(ms, -1) as number));
  });

  it('is never shorter than the server asks, nor much longer', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(600_000), (attempt, draw, asked) => {
        const ms = backoffMs(attempt, draw, asked);
        expect(ms).toBeGreaterThanOrEqual(asked);
        expect(ms).toBeLessThanOrEqual(Math.max(LONGEST_WAIT, asked * 1.1));
      }),
    );
  });
});

describe('the pace', () => {
  /** When each of some requests was let through. */
  async function times(limits: Parameters<typeof createPace>[0], tokens: readonly number[], real = (estimate: number) => estimate): Promise<number[]> {
    const clock = virtualClock();
    const pace = createPace(limits, clock);
    return Promise.all(
      tokens.map(async (estimate) => {
        const admission = await pace.admit(estimate, forever());
        const at = clock.now();
        await clock.wait(300, forever());
        admission.settle(real(estimate));
        return at;
      }),
    );
  }

  it('lets no more requests and tokens begin in any minute than allowed, and all in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 100, max: 900 }), fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 }), async (rpm, tpm, tokens) => {
        const at = await times({ requestsPerMinute: rpm, tokensPerMinute: tpm }, tokens);
        expect(at).toEqual([...at].sort((a, b) => a - b));
        for (const from of at) {
          const inside = tokens.filter((_, i) => at[i]! >= from && at[i]! < from + 60_000);
          expect(inside.length).toBeLessThanOrEqual(rpm);
          if (inside.length > 1) expect(inside.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(tpm);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('waits no longer than it must', async () => {
    expect(await times({ requestsPerMinute: 2 }, [1, 1, 1, 1, 1])).toEqual([0, 0, 60_000, 60_000, 120_000]);
    expect(await times({}, Array<number>(50).fill(1e6))).toEqual(Array(50).fill(0));
  });

  it('goes by what a request really took once that is known', async () => {
    const clock = virtualClock();
    const pace = createPace({ tokensPerMinute: 100 }, clock);
    (await pace.admit(90, forever())).settle(20);
    await pace.admit(80, forever());
    expect(clock.now()).toBe(0);
    await pace.admit(10, forever());
    expect(clock.now()).toBe(60_000);
  });

  it('lets a request that is larger than the limit go alone', async () => {
    expect(await times({ tokensPerMinute: 100 }, [500, 10, 500])).toEqual([0, 60_000, 120_000]);
  });

  it('holds everybody back while a server wants to be left alone', async () => {
    const clock = virtualClock();
    const pace = createPace({}, clock);
    pace.holdUntil(5000);
    pace.holdUntil(2000);
    expect(pace.heldUntil()).toBe(5000);
    await Promise.all([pace.admit(1, forever()), pace.admit(1, forever())]);
    expect([clock.now(), pace.heldUntil()]).toEqual([5000, undefined]);
  });

  it('lets go of whoever gives up, and of nobody else', async () => {
    const clock = virtualClock();
    const pace = createPace({ requestsPerMinute: 1 }, clock);
    const leaving = new AbortController();
    await pace.admit(1, forever());
    const [gone, stays] = [pace.admit(1, leaving.signal), pace.admit(1, forever())];
    leaving.abort('enough');
    await expect(gone).rejects.toBe('enough');
    await stays;
    expect(clock.now()).toBe(60_000);
  });
});

describe('the budget', () => {
  const price = { model: 'm', input: 10, output: 30 };
  const estimate = (input: number, mostOutput: number) => ({ input, output: 1, mostOutput });

  it('refuses a request that could break it, with nothing in flight', async () => {
    const budget = createBudget({ tokens: 1000, spent: { input: 100, output: 200 } });
    expect(await budget.reserve(estimate(300, 401), forever())).toMatchObject({ values: { budget: 1000, used: 300, next: 701 } });
    expect(await budget.reserve(estimate(300, 400), forever())).toHaveProperty('settle');
  });

  it('waits for what is in flight before it says no', async () => {
    const budget = createBudget({ tokens: 1000 });
    const first = await budget.reserve(estimate(100, 800), forever());
    let second: unknown;
    const asking = budget.reserve(estimate(100, 700), forever()).then((answer) => (second = answer));
    await new Promise((resolve) => setImmediate(resolve));
    expect(second).toBeUndefined();
    if ('settle' in first) {
      first.settle({ input: 100, output: 100 });
      first.settle({ input: 900, output: 900 });
    }
    expect(await asking).toHaveProperty('settle');
    expect(budget.spent()).toEqual({ input: 100, output: 100 });
  });

  it('counts money by the price of both directions', async () => {
    // 1,000 tokens asked at $10 a million and 2,000 answered at $30 are 1 + 6 cents.
    const budget = createBudget({ money: 0.08, price, spent: { input: 1000, output: 2000 } });
    expect(budget.money()).toBeCloseTo(0.07, 12);
    expect(await budget.reserve(estimate(100, 301), forever())).toMatchObject({ values: { budget: 0.08, used: '0.0700', next: '0.0100' } });
    expect(await budget.reserve(estimate(100, 300), forever())).toHaveProperty('settle');
  });

  it('needs a price for a limit in money', () => {
    expect(() => createBudget({ money: 1 })).toThrow(/no price of this model is known/);
    expect(createBudget({}).money()).toBeUndefined();
  });

  it('lets go of whoever gives up', async () => {
    const budget = createBudget({ tokens: 100 });
    await budget.reserve(estimate(50, 50), forever());
    const leaving = new AbortController();
    const asking = budget.reserve(estimate(1, 1), leaving.signal);
    leaving.abort('enough');
    await expect(asking).rejects.toBe('enough');
  });
});
