// What a canvas over the plane must know to be drawn: its side, the theme, and what a colour of the style is now.
import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from 'react';

function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

const themeNow = (): string => document.documentElement.dataset['theme'] ?? '';

/** The theme's name; whoever asks is drawn again for another one. */
export function useTheme(): string {
  return useSyncExternalStore(watchTheme, themeNow);
}

/** A square element's side in pixels of the page; 0 before it has been laid out. */
export function useSide(ref: RefObject<HTMLElement | null>): number {
  const [side, setSide] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setSide(Math.round(entry!.contentRect.width)));
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, [ref]);
  return side;
}

/** Gives a square canvas as many pixels as the screen has for it, and tells how many make one of the page. */
export function fitCanvas(element: HTMLCanvasElement, side: number): { readonly pixels: number; readonly scale: number } {
  const scale = Math.min(2, window.devicePixelRatio || 1);
  const pixels = Math.round(side * scale);
  if (element.width !== pixels) [element.width, element.height] = [pixels, pixels];
  return { pixels, scale };
}
