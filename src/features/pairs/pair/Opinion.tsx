// What the models think of the pair: each side's log-probability under the reference and under every policy on the
// device, and which tokens a policy has made likelier or less likely.
import { useEffect, useState } from 'react';
import { Button } from '../../../components/Button';
import { looksOf, seriesColor } from '../../../components/chart/palette';
import { DataTableButton } from '../../../components/DataTable';
import { formatChange, formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import { ShadedTokens } from '../../../components/tokens/ShadedTokens';
import type { SideScore } from '../../../lab/protocol';
import { useDraft, useOpinion, useRuns } from '../../../stores/hooks';
import { askOpinion, askPoliciesToo, forgetOpinion, runToLoad } from '../../../stores/opinions';
import { problemOf } from '../../../stores/pairDraft';
import styles from './opinion.module.css';

/** Texts that are being typed are let settle before the models are asked. */
const SETTLE_MS = 600;

type Sides = { readonly chosen: SideScore; readonly rejected: SideScore };

interface Row {
  readonly policy: number;
  readonly name: string;
  readonly color: string;
  readonly scores: Sides;
}

function useRows(): Row[] {
  const scores = useOpinion((state) => state.scores) ?? [];
  const run = useOpinion((state) => state.run);
  const looks = looksOf(run?.policies.map(({ member }) => member.objective) ?? []);
  return scores.flatMap(({ policy, pairs }) => {
    const [pair] = pairs;
    if (pair === undefined || pair === null) return [];
    const look = looks[policy];
    return [{
      policy,
      scores: pair,
      name: policy < 0 ? t('Reference') : (run?.policies[policy]?.label ?? t('Policy {number}', { number: policy + 1 })),
      color: look === undefined ? 'var(--reference)' : seriesColor(look),
    }];
  });
}

const perToken = ({ sum, tokens }: SideScore): number => sum / Math.max(1, tokens);

/** The policy's log-ratio of chosen minus that of rejected: its margin before beta. */
const marginOf = (row: Sides, reference: Sides): number => row.chosen.sum - reference.chosen.sum - (row.rejected.sum - reference.rejected.sum);

function Table({ rows, shown, onShow }: { readonly rows: readonly Row[]; readonly shown: number; readonly onShow: (policy: number) => void }) {
  const reference = rows[0]!.scores;
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className="visually-hidden">{t('Log-probabilities of both sides, in nats')}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('Chosen')}</th>
            <th scope="col">{t('per token')}</th>
            <th scope="col">{t('Rejected')}</th>
            <th scope="col">{t('per token')}</th>
            <th scope="col">{t('Chosen − rejected')}</th>
            <th scope="col">{t('Margin')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ policy, name, color, scores: { chosen, rejected } }) => (
            <tr key={policy}>
              <th scope="row">
                <button type="button" className={styles.who} aria-pressed={policy === shown} onClick={() => onShow(policy)}>
                  <i style={{ background: color }} aria-hidden="true" />
                  {name}
                </button>
              </th>
              <td>{formatFixed(chosen.sum)}</td>
              <td>{formatFixed(perToken(chosen))}</td>
              <td>{formatFixed(rejected.sum)}</td>
              <td>{formatFixed(perToken(rejected))}</td>
              <td>{formatChange(chosen.sum - rejected.sum)}</td>
              <td>{policy < 0 ? '–' : formatChange(marginOf({ chosen, rejected }, reference))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Tokens({ row, reference }: { readonly row: Row; readonly reference: Row }) {
  const ratios = (side: 'chosen' | 'rejected'): number[] => {
    const own = row.scores[side].perToken ?? [];
    // The reference itself has no ratio; there its own log-probabilities are shown.
    return row === reference ? [...own] : own.map((value, i) => value - (reference.scores[side].perToken?.[i] ?? value));
  };
  const values = { chosen: ratios('chosen'), rejected: ratios('rejected') };
  const most = Math.max(0.5, ...values.chosen.map(Math.abs), ...values.rejected.map(Math.abs));
  const quantity = row === reference ? t('log-probability') : t('log-ratio against the reference');
  return (
    <div className={styles.tokens}>
      <p className={styles.legend}>
        <span className={styles.key} style={{ ['--shade' as string]: `color-mix(in srgb, ${row.color} 55%, transparent)` }} data-down="" />
        {formatChange(-most)}
        <span className={styles.key} style={{ ['--shade' as string]: `color-mix(in srgb, ${row.color} 55%, transparent)` }} />
        {row === reference ? '0' : formatChange(most)}
        <span>{t('{name}: {quantity} of each token, in nats', { name: row.name, quantity })}</span>
        <DataTableButton
          title={t('Tokens of the pair')}
          table={() => ({
            caption: t('{name}: {quantity} of each token, in nats', { name: row.name, quantity }),
            columns: [t('Token'), t('Side'), quantity],
            rows: (['chosen', 'rejected'] as const).flatMap((side) =>
              (row.scores[side].texts ?? []).map((text, i) => [text === '' ? '∎' : text, side === 'chosen' ? t('Chosen') : t('Rejected'), formatChange(values[side][i], 4)]),
            ),
          })}
        />
      </p>
      <div className={styles.sides}>
        {(['chosen', 'rejected'] as const).map((side) => (
          <div key={side} className={styles.side} data-side={side}>
            <h4>{side === 'chosen' ? t('Chosen') : t('Rejected')}</h4>
            <ShadedTokens texts={row.scores[side].texts ?? []} values={values[side]} most={most} color={row.color} endMark={t('end')} />
          </div>
        ))}
      </div>
    </div>
  );
}

export function Opinion() {
  const fields = useDraft((state) => state.fields!);
  const scores = useOpinion((state) => state.scores);
  const asked = useOpinion((state) => state.pair);
  const run = useOpinion((state) => state.run);
  const problem = useOpinion((state) => state.problem);
  const pending = useOpinion((state) => state.pending);
  // Looked at again whenever what could be loaded changes.
  useRuns((state) => `${state.currentId ?? ''} ${state.loadedId ?? ''} ${state.activeId ?? ''}`);
  const [wanted, setWanted] = useState<number | undefined>(undefined);
  const { prompt, chosen, rejected } = fields;
  const whole = problemOf(fields) === undefined;
  useEffect(() => {
    if (!whole) return;
    const timer = setTimeout(() => void askOpinion({ prompt, chosen, rejected }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [whole, prompt, chosen, rejected]);
  useEffect(() => forgetOpinion, []);

  const rows = useRows();
  const [reference] = rows;
  const shown = rows.find(({ policy }) => policy === wanted) ?? rows[1] ?? reference;
  const stale = asked !== undefined && (asked.prompt !== prompt || asked.chosen !== chosen || asked.rejected !== rejected);
  const other = runToLoad();
  return (
    <section className={styles.opinion} aria-labelledby="opinion-title" aria-busy={pending}>
      <div className={styles.head}>
        <h3 id="opinion-title">{t('What the models think')}</h3>
        {run !== undefined && <span className={styles.note}>{t('“{name}” after step {step}', { name: run.name, step: run.step })}</span>}
        {other !== undefined && whole && (
          <Button kind="quiet" onPress={() => void askPoliciesToo({ prompt, chosen, rejected })}>
            {t('Ask the policies of “{name}”, too', { name: other.name })}
          </Button>
        )}
      </div>
      {problem !== undefined && <p className={styles.problem}>{t(problem.template, problem.values)}</p>}
      {!whole && <p className={styles.note}>{t('The models are asked once there is a prompt with two sides.')}</p>}
      {whole && scores === undefined && problem === undefined && <p className={styles.note}>{t('Asking the models …')}</p>}
      {scores !== undefined && reference === undefined && (
        <p className={styles.note}>{t('The pair is longer than the model’s context, so there is nothing to tell.')}</p>
      )}
      {reference !== undefined && shown !== undefined && (
        <div className={styles.answer} {...(stale ? { 'data-stale': '' } : {})}>
          <Table rows={rows} shown={shown.policy} onShow={setWanted} />
          <Tokens row={shown} reference={reference} />
        </div>
      )}
    </section>
  );
}
