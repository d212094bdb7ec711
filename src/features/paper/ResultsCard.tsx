// The results on the benchmark: a row for each dataset and objective and one for what they began with, sorted by any column,
// and handed out as CSV and Markdown.
import { useState } from 'react';
import { Button } from '../../components/Button';
import { looksOf, seriesColor } from '../../components/chart/palette';
import { Segments } from '../../components/Check';
import { kindTitle } from '../../components/datasetKinds';
import { download } from '../../components/download';
import { t } from '../../components/text';
import type { AnswerMode } from '../../lab/study/answers';
import { BEFORE, columnTitles, sortRows, toCsv, toMarkdown, type ResultRow, type ScoreColumn, type SortColumn } from '../../lab/study/table';
import type { Round, StudyDocument } from '../../lab/study/types';
import { Range } from './Range';
import { modeName, roundName } from './words';
import styles from './paper.module.css';

const groups = {
  quality: ['gold', 'wins', 'controlledWins', 'correct', 'clear', 'engaging', 'harmless'],
  form: ['tokens', 'ended', 'distinct1', 'distinct2', 'entropy', 'kl'],
} as const satisfies Record<string, readonly ScoreColumn[]>;
type Group = keyof typeof groups;

const digitsOf = (column: ScoreColumn): number => (column === 'tokens' ? 1 : column === 'kl' ? 2 : 3);

interface Order {
  readonly column: SortColumn;
  readonly descending: boolean;
}

export function ResultsCard({ results, document }: { readonly results: readonly ResultRow[]; readonly document: StudyDocument }) {
  const modes = document.plan.benchmark.modes;
  const [wantedMode, setMode] = useState<AnswerMode>('sampled');
  const mode = modes.includes(wantedMode) ? wantedMode : modes[0]!;
  const rounds = [...new Set(results.map(({ round }) => round))];
  const [wantedRound, setRound] = useState<Round>(1);
  const round = rounds.includes(wantedRound) ? wantedRound : rounds[0];
  const [group, setGroup] = useState<Group>('quality');
  const [order, setOrder] = useState<Order | undefined>(undefined);
  const mine = results.filter((row) => row.round === round);
  const rows = order ? sortRows(mine, order, mode) : mine;
  const columns = groups[group].filter((column) => rows.some((row) => row.modes[mode]?.[column]));
  const ids = document.plan.members.map(({ objective }) => objective);
  const colors = new Map(looksOf(ids).map((look, i) => [ids[i], seriesColor(look)]));

  const head = (column: SortColumn, title: string) => {
    const sorted = order?.column === column ? (order.descending ? 'descending' : 'ascending') : 'none';
    const next = (): void => {
      // The best first, then the worst first, then the plan's own order again; names the other way round.
      const first = column !== 'dataset' && column !== 'objective';
      if (sorted === 'none') setOrder({ column, descending: first });
      else if ((sorted === 'descending') === first) setOrder({ column, descending: !first });
      else setOrder(undefined);
    };
    return (
      <th scope="col" key={column} aria-sort={sorted} {...(column === 'objective' && { 'data-text': '' })}>
        <button type="button" className={styles.sort} onClick={next}>
          {title}
          <span aria-hidden="true">{sorted === 'descending' ? ' ↓' : sorted === 'ascending' ? ' ↑' : ''}</span>
        </button>
      </th>
    );
  };

  return (
    <section className={styles.card} aria-labelledby="paper-results">
      <div className={styles.cardHead}>
        <h3 id="paper-results">{t('Results on the benchmark')}</h3>
        <Segments label={t('How answers are chosen')} value={mode} onChange={setMode} options={modes.map((id) => ({ id, name: modeName(id) }))} />
        <Segments
          label={t('Columns')}
          value={group}
          onChange={setGroup}
          options={[
            { id: 'quality', name: t('Quality') },
            { id: 'form', name: t('Length and diversity') },
          ]}
        />
        {rounds.length > 1 && round !== undefined && (
          <Segments
            label={t('Round')}
            value={String(round)}
            onChange={(next) => setRound(next === '2' ? 2 : 1)}
            options={rounds.map((one) => ({ id: String(one), name: roundName(one) }))}
          />
        )}
        <span className={styles.downloads}>
          <Button kind="quiet" onPress={() => download('results.csv', toCsv(results), 'text/csv')}>
            {t('Download CSV')}
          </Button>
          <Button kind="quiet" onPress={() => download('results.md', toMarkdown(results, ({ template, values }) => t(template, values)), 'text/markdown')}>
            {t('Download Markdown')}
          </Button>
        </span>
      </div>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('Results on the benchmark')}>
        <table className={styles.table}>
          <thead>
            <tr>
              {head('dataset', t('Dataset'))}
              {head('objective', t('Objective'))}
              {columns.map((column) => head(column, t(columnTitles[column].template)))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.kind ?? ''} ${row.objective} ${row.label}`} {...(row.objective === BEFORE && { 'data-before': '' })}>
                <th scope="row">{row.kind === undefined ? t('Before') : kindTitle(row.kind)}</th>
                <td className={styles.objective}>
                  {row.objective === BEFORE ? (
                    t('the reference')
                  ) : (
                    <>
                      <i className={styles.swatch} style={{ background: colors.get(row.objective) }} aria-hidden="true" />
                      {row.label}
                      {row.stopped > 0 && <small>{t('stopped early on {stopped} of {seeds} seeds', { stopped: row.stopped, seeds: row.seeds })}</small>}
                    </>
                  )}
                </td>
                {columns.map((column) => {
                  const value = row.modes[mode]?.[column];
                  return <td key={column}>{value === undefined ? '–' : <Range value={value} digits={digitsOf(column)} />}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.note}>
        {t('Prompts that stand in no text for training, answered by each policy and scored by the town’s gold scorer. Wins are against the round’s reference, by gold score; at the same length they are what would be left if both answers were equally long. Under each mean is its 95 % interval over prompts and seeds.')}
      </p>
    </section>
  );
}
