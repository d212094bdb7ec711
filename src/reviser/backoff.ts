// How long to wait before a request that failed is made again: exponential with jitter, so that many that failed together
// do not come back together (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).

/** The first wait, about, and the longest. Milliseconds. */
export const FIRST_WAIT = 1000;
export const LONGEST_WAIT = 60_000;

/**
 * Milliseconds to wait after the failed attempt of this number, counted from 0: half of the exponential wait is certain
 * and half drawn. What the server asked for is never undercut, and is overshot by at most a tenth, drawn too.
 * @param draw a number in [0, 1)
 */
export function backoffMs(attempt: number, draw: number, retryAfterMs = 0): number {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
  return Math.max((most / 2) * (1 + draw), retryAfterMs * (1 + draw / 10));
}
