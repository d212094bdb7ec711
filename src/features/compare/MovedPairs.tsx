// The pairs behind a point of the held-out curves: which of them a policy has moved most up to that step. Opened from Curves.
import { useEffect, useMemo, useState } from 'react';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { datasetLink } from '../../components/links';
import { Select } from '../../components/Select';
import { t } from '../../components/text';
import { findHeldOut, type FoundPair } from '../../stores/heldOutPairs';
import { report } from '../../stores/notices';
import type { Run } from '../../stores/runs';
import { storedId } from '../../stores/storedPairs';
import { lookAtTokens } from '../../stores/tokenLens';
import { policyNames } from './curves';
import { movedBy, movedMost, nearestPairStep, type MovedBy } from './moved';
import { formatChange } from '../../components/format';
import styles from './moved.module.css';

/** Pairs that are listed. */
const MOST = 25;

export interface MovedPairsProps {
  readonly run: Run;
  /** The point's step; the nearest that pairs were kept of is taken. */
  readonly step: number;
  readonly onClose: () => void;
}

/** Whether a run has kept what this shows. */
export const keepsPairs = ({ table, start }: Run): boolean => start?.heldOutIds !== undefined && (table?.pairSteps(0).length ?? 0) > 0;

export function MovedPairs({ run, step, onClose }: MovedPairsProps) {
  const table = run.table!;
  const ids = run.start!.heldOutIds!;
  const names = policyNames(run.recipe);
  const hasTokens = run.start?.heldOutTokens !== undefined;
  const [policy, setPolicy] = useState(0);
  const [by, setBy] = useState<MovedBy>('rejected');
  const [wanted, setWanted] = useState(step);
  const [found, setFound] = useState<ReadonlyMap<string, FoundPair>>();
  const { recipe } = run;
  const idSet = useMemo(() => new Set(ids), [ids]);

  useEffect(() => {
    let gone = false;
    findHeldOut(recipe, idSet).then(
      (pairs) => gone || setFound(pairs),
      (error: unknown) => {
        if (gone) return;
        setFound(new Map());
        report(error);
      },
    );
    return () => {
      gone = true;
    };
  }, [recipe, idSet]);

  const shown = nearestPairStep(table, policy, wanted);
  const pairs = shown === undefined ? [] : movedMost(table, policy, shown, by).slice(0, MOST);
  const link = datasetLink(storedId(recipe.data.dataset) ?? recipe.data.dataset);
  const byNames = { rejected: t('Loser'), chosen: t('Winner'), margin: t('Margin') };
  return (
    <Dialog title={t('Which held-out pairs moved most')} isOpen onClose={onClose}>
      <div className={styles.choices}>
        <Select label={t('Policy')} value={String(policy)} onChange={(next) => setPolicy(Number(next))} options={names.map((name, k) => ({ id: String(k), name }))} />
        <Select
          label={t('Step')}
          value={String(shown ?? '')}
          onChange={(next) => setWanted(Number(next))}
          options={table.pairSteps(policy).map((one) => ({ id: String(one), name: String(one) }))}
        />
        <Select label={t('Sorted by the change of')} value={by} onChange={setBy} options={movedBy.map((id) => ({ id, name: byNames[id] }))} />
      </div>
      <table className={styles.table}>
        <caption>
          {t('Change of log-probability since step {first}, in nats: the {count} of {all} pairs that changed most, up or down', {
            first: table.pairSteps(policy)[0] ?? 0,
            count: pairs.length,
            all: ids.length,
          })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('Prompt')}</th>
            {(['chosen', 'rejected', 'margin'] as const).map((id) => (
              <th scope="col" key={id} aria-sort={id === by ? 'descending' : 'none'}>
                {byNames[id]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ place, ...change }) => {
            const pair = found?.get(ids[place]!);
            return (
              <tr key={place}>
                <th scope="row">
                  {pair?.row !== undefined ? <a href={`${link}/${pair.row}`}>{pair.prompt}</a> : found === undefined ? '…' : (pair?.prompt ?? t('no longer in the dataset'))}
                  {hasTokens && (
                    <Button
                      kind="quiet"
                      aria-label={t('Tokens of “{prompt}”', { prompt: pair?.prompt ?? place + 1 })}
                      onPress={() => {
                        onClose();
                        lookAtTokens(run.id, { policy, place, ...(shown !== undefined && { step: shown }) });
                      }}
                    >
                      {t('Tokens')}
                    </Button>
                  )}
                </th>
                {(['chosen', 'rejected', 'margin'] as const).map((id) => (
                  <td key={id}>{formatChange(change[id])}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Dialog>
  );
}
