// The Content-Security-Policy of the built page: written into its head at build time and sent as a header by
// `npm start`, so that the worker, which does not inherit a page's meta element, is held to it too.
import { LOOPBACK_SOURCES, PLACE_ORIGINS } from '../src/reviser/places.ts';

/** The environment variable that names further hosts, e.g. a class's relay: `LAB_CONNECT="https://relay.school.org"`. */
export const CONNECT_VARIABLE = 'LAB_CONNECT';

/**
 * Origins that a build adds to `connect-src`, separated by blanks or commas.
 * @throws Error for anything but whole origins: a wildcard or a scheme alone would let a page send anything anywhere.
 */
export function furtherOrigins(text = ''): string[] {
  const wanted = text.split(/[\s,]+/).filter((part) => part !== '');
  return [...new Set(wanted.map((part) => {
    const url = URL.canParse(part) ? new URL(part) : undefined;
    const whole = url !== undefined && /^https?:$/.test(url.protocol) && url.origin === part.replace(/\/$/, '').toLowerCase();
    if (!whole || /[*;'"]/.test(part)) throw new Error(`${CONNECT_VARIABLE} names origins such as https://relay.school.org, and “${part}” is none.`);
    return url.origin;
  }))];
}

/** @param connect what the environment variable says. */
export function securityPolicy(connect?: string): string {
  const directives: Record<string, readonly string[]> = {
    'default-src': ["'none'"],
    // tfjs compiles WebAssembly, and its threaded build starts threads from a blob of its own source.
    'script-src': ["'self'", "'wasm-unsafe-eval'", 'blob:'],
    'worker-src': ["'self'", 'blob:'],
    // Charts, menus and formulas are positioned by style attributes.
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    // The dataset viewer, asked only when a person names a public dataset to import; the chat APIs that a person may name
    // on the Revise page, and servers on the person's own machine.
    'connect-src': ["'self'", 'https://datasets-server.huggingface.co', ...PLACE_ORIGINS, ...LOOPBACK_SOURCES, ...furtherOrigins(connect)],
    'manifest-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'object-src': ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}

export const contentSecurityPolicy = securityPolicy(process.env[CONNECT_VARIABLE]);

/** Cross-origin isolation: without it a page has no SharedArrayBuffer, and tfjs's WASM backend no threads. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
