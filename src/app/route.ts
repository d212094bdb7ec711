// The views live behind the hash, so that the page works as static files under any path of any host.
import { useSyncExternalStore } from 'react';

export const views = ['compare', 'checks'] as const;
export type View = (typeof views)[number];

/** The view that a hash names, e.g. `#/checks?backend=wasm`; the workbench when it names none. */
export function viewOf(hash: string): View {
  const name = hash.replace(/^#\/?/, '').split(/[/?]/)[0];
  return views.find((view) => view === name) ?? 'compare';
}

export function useView(): View {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener('hashchange', changed);
      return () => window.removeEventListener('hashchange', changed);
    },
    () => viewOf(window.location.hash),
  );
}
