// A virtual list of rows of one height that may be longer than a browser's tallest element: beyond that, a pixel of the
// scroll bar stands for more than a pixel of the list. Used by the table of pairs and the list of revisions.
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, type RefObject } from 'react';

/** Firefox draws elements of at most 17.8 million pixels. */
export const TALLEST = 12_000_000;

/** How many pixels of the list one pixel of scrolling is, given the height of the list and of its window. */
export function scrollScale(total: number, view: number): number {
  return total <= TALLEST ? 1 : (total - view) / (TALLEST - view);
}

export interface LongList {
  /** The height of the element that scrolls, in pixels. */
  readonly height: number;
  /** The rows to draw and where each one's top is within that element. */
  readonly items: readonly { readonly index: number; readonly top: number }[];
  /** Brings a row into sight, by as little as needed. */
  readonly reveal: (index: number) => void;
  /** Rows that fit into the window. */
  readonly page: number;
}

/** @param head pixels at the top of the scroller that a sticky header covers. */
export function useLongList(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number, head: number): LongList {
  const total = count * rowHeight;
  const viewOf = (element: Element | null): number => Math.max(rowHeight, (element?.clientHeight ?? 600) - head);
  const offsetOf = useCallback(
    (element: Element): number => element.scrollTop * scrollScale(total, Math.max(rowHeight, element.clientHeight - head)),
    [total, rowHeight, head],
  );
  const virtualizer = useVirtualizer<HTMLElement, Element>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    observeElementOffset: useCallback(
      (instance: Virtualizer<HTMLElement, Element>, tell: (offset: number, scrolling: boolean) => void) => {
        const element = instance.scrollElement;
        if (element === null) return;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const onScroll = (): void => {
          clearTimeout(timer);
          timer = setTimeout(() => tell(offsetOf(element), false), 150);
          tell(offsetOf(element), true);
        };
        tell(offsetOf(element), false);
        element.addEventListener('scroll', onScroll, { passive: true });
        return () => {
          clearTimeout(timer);
          element.removeEventListener('scroll', onScroll);
        };
      },
      [offsetOf],
    ),
    // Only `reveal` scrolls.
    scrollToFn: () => undefined,
  });
  // Another theme has other sizes.
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const scale = scrollScale(total, viewOf(scroller.current));
  const offset = virtualizer.scrollOffset ?? 0;
  const shift = offset / scale - offset;
  return {
    height: Math.min(total, TALLEST),
    items: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, top: start + shift })),
    page: Math.max(1, Math.floor(viewOf(scroller.current) / rowHeight) - 1),
    reveal: (index) => {
      const element = scroller.current;
      if (element === null) return;
      const view = viewOf(element);
      const [top, now] = [index * rowHeight, offsetOf(element)];
      const wanted = top < now ? top : top + rowHeight > now + view ? top + rowHeight - view : now;
      if (wanted !== now) element.scrollTop = wanted / scrollScale(total, view);
    },
  };
}
