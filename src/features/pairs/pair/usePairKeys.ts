// The keys of the pair page. They hold while one types, too, so each goes with Alt; Escape leaves.
import { useEffect } from 'react';
import type { Row } from '../../../storage/pairs/protocol';
import { rowBeside, viewStore } from '../../../stores/datasetView';
import { draftStore, flushDraft, setMinimal } from '../../../stores/pairDraft';
import { datasetLink, goTo } from '../links';
import { duplicatePair, swapPair } from './pairActions';

export function usePairKeys(name: string, onGo: (row: Row | 'new') => void): void {
  useEffect(() => {
    const beside = (by: number): void => {
      const { row } = draftStore.getState();
      const to = typeof row === 'number' ? rowBeside(row, by) : undefined;
      if (to !== undefined && to !== row) onGo(to);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
      // A menu or a window over the page has its own.
      if (event.target instanceof Element && event.target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null) return;
      const { readOnly } = viewStore.getState();
      if (event.key === 'Escape' && !event.altKey) {
        void flushDraft().then(() => goTo(datasetLink(name)));
      } else if (!event.altKey) return;
      else if (event.key === 'ArrowUp') beside(-1);
      else if (event.key === 'ArrowDown') beside(1);
      else if (readOnly) return;
      // By the place of the key: with Alt held, some keyboards give other letters.
      else if (event.code === 'KeyX') void swapPair();
      else if (event.code === 'KeyD') void duplicatePair(onGo);
      else if (event.code === 'KeyN') onGo('new');
      else if (event.code === 'KeyM') setMinimal(!draftStore.getState().minimal);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [name, onGo]);
}
