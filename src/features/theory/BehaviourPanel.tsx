// What a loss's gradient does, computed from the loss itself: in sentences, and as a table of its limits.
import { Disclosure } from '../../components/Disclosure';
import { formatFixed } from '../../components/format';
import { t } from '../../components/text';
import { rays, type Ray } from '../../engine/objectives';
import { useBehaviour, type Looked } from './looked';
import { farName, findings, pushName, rayName } from './words';
import styles from './theory.module.css';

export function BehaviourPanel({ looked }: { readonly looked: Looked }) {
  const behaviour = useBehaviour(looked);
  const { label, color, pair, mistake } = looked;
  if (behaviour === undefined) return null;
  const { start, far } = behaviour;
  return (
    <div className={styles.atPoint} style={{ borderLeftColor: color }} {...(mistake ? { 'data-stale': '' } : {})}>
      <h3>{label}</h3>
      <ul className={styles.findings}>
        {findings(behaviour).map((one) => <li key={one}>{one}</li>)}
      </ul>
      <Disclosure title={t('In the limits')}>
        <table className={styles.pushes}>
          <thead>
            <tr>
              <th scope="col">{t('Where')}</th>
              <th scope="col">{t('Winner')}</th>
              <th scope="col">{t('Loser')}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{t('At the start')}</th>
              {[start.winner, start.loser].map(({ push, strength }, i) => (
                <td key={i}>{push === 'none' ? pushName(push) : `${pushName(push)}, ${formatFixed(strength / pair.beta, 2)} β`}</td>
              ))}
            </tr>
            {(Object.keys(rays) as Ray[]).map((ray) => (
              <tr key={ray}>
                <th scope="row">{rayName(ray)}</th>
                <td>{farName(far[ray].winner)}</td>
                <td>{farName(far[ray].loser)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Disclosure>
    </div>
  );
}
