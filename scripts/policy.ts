// The Content-Security-Policy of the built page: written into its head at build time and sent as a header by
// `npm start`, so that the worker, which does not inherit a page's meta element, is held to it too.

const directives: Record<string, string[]> = {
  'default-src': ["'none'"],
  // tfjs compiles WebAssembly, and its threaded build starts threads from a blob of its own source.
  'script-src': ["'self'", "'wasm-unsafe-eval'", 'blob:'],
  'worker-src': ["'self'", 'blob:'],
  // Charts, menus and formulas are positioned by style attributes.
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'"],
  // The dataset viewer, asked only when a person names a public dataset to import.
  'connect-src': ["'self'", 'https://datasets-server.huggingface.co'],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'object-src': ["'none'"],
};

export const contentSecurityPolicy = Object.entries(directives)
  .map(([name, sources]) => `${name} ${sources.join(' ')}`)
  .join('; ');

/** Cross-origin isolation: without it a page has no SharedArrayBuffer, and tfjs's WASM backend no threads. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
