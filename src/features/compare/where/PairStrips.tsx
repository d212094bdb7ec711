// Both sides of a pair as heat strips, with a legend, the token that is pointed at, and all numbers behind a button.
import { useMemo, useState } from 'react';
import { DataTableButton } from '../../../components/DataTable';
import { formatChange, formatFixed } from '../../../components/format';
import { t } from '../../../components/text';
import { HeatLegend, HeatStrip, tokenName } from '../../../components/tokens/HeatStrip';
import { tokenTexts } from '../../../engine/tokenizer/tokenTexts';
import type { Tokenizer } from '../../../engine/tokenizer/tokenizer';
import { fullShade, sides, splitOf, type PairHistory, type PairTokens, type Side } from './tokenChange';
import styles from './where.module.css';

interface PairStripsProps {
  /** The policy's. */
  readonly name: string;
  readonly pair: PairTokens;
  readonly history: PairHistory;
  readonly tokenizer: Tokenizer;
}

export function PairStrips({ name, pair, history, tokenizer }: PairStripsProps) {
  const [pointed, setPointed] = useState<{ readonly side: Side; readonly token: number }>();
  const first = history.at[0] ?? pair;
  // A model's vocabulary may be padded beyond its tokenizer's; such a token has no text.
  const texts = useMemo(() => {
    const of = (side: Side): string[] => tokenTexts(tokenizer, first[side].map(({ id }) => id).filter((id) => id < tokenizer.vocabSize));
    return { chosen: of('chosen'), rejected: of('rejected') };
  }, [tokenizer, first]);
  const most = useMemo(() => fullShade(history), [history]);
  const capped = sides.some((side) => pair[side].some(({ change }) => Math.abs(change) > most));
  const titles = { chosen: t('Winner'), rejected: t('Loser') };
  const caption = t('{name}: change of each token against the reference, in nats', { name });
  const called = (side: Side, token: number): string => tokenName(texts[side][token] ?? '', token === pair[side].length - 1);
  const kindOf = (shared: boolean): string => (shared ? t('shared') : t('edited'));
  const shown = pointed && pair[pointed.side][pointed.token];
  return (
    <div className={styles.strips}>
      <p className={styles.legend}>
        <HeatLegend most={most} capped={capped} />
        <span>{caption}</span>
        <DataTableButton
          title={t('Tokens of the pair')}
          table={() => ({
            caption,
            columns: [t('Token'), t('Side'), t('Shared or edited'), t('Reference'), name, t('Change')],
            rows: sides.flatMap((side) =>
              pair[side].map(({ shared, reference, now, change }, i) => [
                called(side, i), titles[side], kindOf(shared), formatFixed(reference, 4), formatFixed(now, 4), formatChange(change, 4),
              ]),
            ),
          })}
        />
      </p>
      <div className={styles.sides}>
        {sides.map((side) => {
          const { shared, edited } = splitOf(pair[side]);
          return (
            <div key={side} className={styles.side} data-side={side}>
              <h4>
                {titles[side]} <span>{t('shared {shared}, edited {edited}', { shared: formatChange(shared), edited: formatChange(edited) })}</span>
              </h4>
              <HeatStrip
                label={titles[side]}
                tokens={pair[side].map(({ change, shared: inBoth }, i) => ({ text: texts[side][i] ?? '', value: change, edited: !inBoth }))}
                most={most}
                loser={side === 'rejected'}
                onPoint={(token) => setPointed(token === undefined ? undefined : { side, token })}
              />
            </div>
          );
        })}
      </div>
      <p className={styles.readout}>
        {shown === undefined
          ? t('Point at a token, or go along them with the arrow keys.')
          : t('{token}, {kind}: from {before} under the reference to {now}, {change} nats', {
              token: called(pointed!.side, pointed!.token),
              kind: kindOf(shown.shared),
              before: formatFixed(shown.reference),
              now: formatFixed(shown.now),
              change: formatChange(shown.change),
            })}
      </p>
    </div>
  );
}
