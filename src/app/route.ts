// The views live behind the hash, so that the page works as static files under any path of any host.
import { useMemo, useSyncExternalStore } from 'react';

export const views = ['compare', 'pairs', 'revise', 'theory', 'paper', 'checks'] as const;
export type View = (typeof views)[number];

/** The view that a hash names, e.g. `#/checks?backend=wasm`; the workbench when it names none. */
export function viewOf(hash: string): View {
  const name = hash.replace(/^#\/?/, '').split(/[/?]/)[0];
  return views.find((view) => view === name) ?? 'compare';
}

/** What follows the view's name, e.g. `['data', 'clair']` for `#/pairs/data/clair`; a part that is no valid text is left as it is. */
export function pathOf(hash: string): string[] {
  const [path = ''] = hash.replace(/^#\/?/, '').split('?');
  return path.split('/').slice(1).filter((part) => part !== '').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

function watch(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export function useView(): View {
  return useSyncExternalStore(watch, () => viewOf(window.location.hash));
}

export function usePath(): readonly string[] {
  const hash = useSyncExternalStore(watch, () => window.location.hash);
  return useMemo(() => pathOf(hash), [hash]);
}
