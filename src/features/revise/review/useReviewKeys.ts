// The keys of the review page: single letters, so they hold only while nobody types.
import { useEffect, useEffectEvent } from 'react';
import type { ReviewActions } from './ReviewBar';

/** Whether a letter belongs to what has the focus. */
function isTaken(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]') !== null;
}

export function useReviewKeys(actions: Readonly<Record<string, (() => void) | undefined>>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return;
    // By the letter, or by its place where the keyboard gives other ones, as Hangul does.
    const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
    const action = letter === undefined || (event.repeat && letter !== 'j' && letter !== 'k') ? undefined : actions[letter];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

export const keysOf = ({ accept, edit, reject, askAgain, next, previous }: Partial<ReviewActions>): Readonly<Record<string, (() => void) | undefined>> => ({
  a: accept, e: edit, x: reject, r: askAgain, j: next, k: previous,
});
