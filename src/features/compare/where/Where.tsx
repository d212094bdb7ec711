// Where it happens: one held-out pair token by token, shaded by how far a policy has moved each. Folded away until somebody
// asks, here or from a list of pairs, and loaded only then.
import { useEffect, useRef } from 'react';
import { Disclosure } from '../../../components/Disclosure';
import { loadedInTurn } from '../../../components/InTurn';
import { t } from '../../../components/text';
import { useTokenLens } from '../../../stores/hooks';
import { openLens } from '../../../stores/tokenLens';
import styles from './where.module.css';

const WherePanel = loadedInTurn(async () => (await import('./WherePanel')).WherePanel);

export function Where() {
  const open = useTokenLens((state) => state.open);
  const asked = useTokenLens((state) => state.asked);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asked > 0) panel.current?.scrollIntoView({ block: 'start' });
  }, [asked]);
  return (
    <div className={styles.panel} ref={panel}>
      <Disclosure title={t('Where it happens, token by token')} summary={t('one held-out pair')} isExpanded={open} onExpandedChange={openLens}>
        {open && <WherePanel />}
      </Disclosure>
    </div>
  );
}
