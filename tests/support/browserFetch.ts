// A fetch for tests in Node that keeps to what browsers hold a page to across origins: it asks first (preflight) where headers
// are more than plain, and hides an answer that does not allow the page, as a TypeError without a reason.
import type { Fetch } from '../../src/reviser/exchange';

const PLAIN = new Set(['accept', 'accept-language', 'content-language']);

/** @param page the origin of the page that asks. */
export function browserFetch(page: string): Fetch {
  const refuse = (): never => {
    throw new TypeError('Failed to fetch');
  };
  return async (url, init) => {
    if (new URL(url).origin === page) return fetch(url, init);
    const headers = new Headers(init.headers);
    const allows = (response: Response): boolean => [page, '*'].includes(response.headers.get('access-control-allow-origin') ?? '');
    if (init.mode === 'no-cors') {
      await fetch(url, { ...init, headers: { origin: page } });
      // An opaque answer: that there is one is all that a page learns.
      return Response.error();
    }
    const asking = [...headers.keys()].filter((name) => !PLAIN.has(name));
    if (asking.length > 0) {
      const preflight = await fetch(url, {
        method: 'OPTIONS',
        headers: { origin: page, 'access-control-request-method': init.method ?? 'GET', 'access-control-request-headers': asking.sort().join(',') },
      });
      const allowed = new Set((preflight.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/));
      if (!preflight.ok || !allows(preflight) || !asking.every((name) => allowed.has(name))) refuse();
    }
    headers.set('origin', page);
    const response = await fetch(url, { ...init, headers });
    return allows(response) ? response : refuse();
  };
}
