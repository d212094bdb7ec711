// How many pixels a rem is, for the sizes that recharts wants in pixels. The theme may change it at any time.
import { useSyncExternalStore } from 'react';

function read(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

function watch(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'style'] });
  return () => observer.disconnect();
}

export function useRem(): number {
  return useSyncExternalStore(watch, read);
}
