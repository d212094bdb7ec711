// A text token by token, each shaded by how far a number of it lies from zero: one hue above, another below, where it is also
// hatched. Tokens of the edit are underlined. One is pointed at with the mouse or, from token to token, with the arrow keys.
import { useRef, useState, type KeyboardEvent } from 'react';
import { formatChange } from '../format';
import { t } from '../text';
import { strengthOf } from './ShadedTokens';
import styles from './heat.module.css';

export interface HeatToken {
  readonly text: string;
  readonly value: number;
  /** Underlined, and said to be edited. */
  readonly edited: boolean;
}

export interface HeatStripProps {
  /** What the strip is, for those who cannot see it. */
  readonly label: string;
  readonly tokens: readonly HeatToken[];
  /** The size of a number that is shaded in full. */
  readonly most: number;
  /** Losers' lines are dashed. */
  readonly loser: boolean;
  /** Hears which token is pointed at; undefined when none is any more. */
  readonly onPoint: (token: number | undefined) => void;
}

const keys: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowRight: (at, last) => Math.min(last, at + 1),
  ArrowLeft: (at) => Math.max(0, at - 1),
  Home: () => 0,
  End: (_, last) => last,
};

/** How a token is called where its text alone would say nothing. */
export function tokenName(text: string, last: boolean): string {
  if (text !== '') return text.trim() === '' ? t('blank') : text.trim();
  return last ? t('end') : t('part of a character');
}

export function HeatStrip({ label, tokens, most, loser, onPoint }: HeatStripProps) {
  const strip = useRef<HTMLDivElement>(null);
  // One stop for the tab key; from there the arrow keys go on.
  const [at, setAt] = useState(0);
  const place = Math.min(at, tokens.length - 1);
  const point = (target: EventTarget): void => {
    const token = (target as Element).closest('[data-token]')?.getAttribute('data-token');
    onPoint(token == null ? undefined : Number(token));
  };
  const go = (event: KeyboardEvent): void => {
    const next = keys[event.key]?.(place, tokens.length - 1);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
    strip.current?.querySelector<HTMLElement>(`[data-token="${next}"]`)?.focus();
  };
  return (
    <div
      ref={strip}
      className={styles.strip}
      role="listbox"
      aria-label={label}
      aria-orientation="horizontal"
      onKeyDown={go}
      onMouseOver={(event) => point(event.target)}
      onMouseLeave={() => onPoint(undefined)}
      onFocus={(event) => point(event.target)}
      onBlur={() => onPoint(undefined)}
      {...(loser ? { 'data-loser': '' } : {})}
    >
      {tokens.map(({ text, value, edited }, i) => {
        const last = i === tokens.length - 1;
        const name = tokenName(text, last);
        const change = formatChange(value);
        return (
          <span
            key={i}
            role="option"
            aria-selected={i === place}
            aria-label={edited ? t('{token}, edited: {change}', { token: name, change }) : `${name}: ${change}`}
            tabIndex={i === place ? 0 : -1}
            data-token={i}
            className={styles.token}
            style={{ ['--strength' as string]: `${strengthOf(value, most)}%` }}
            onClick={() => setAt(i)}
            {...(value < 0 ? { 'data-down': '' } : {})}
            {...(edited ? { 'data-edited': '' } : {})}
            {...(text === '' ? { 'data-mark': '' } : {})}
          >
            {text === '' ? (last ? t('end') : '') : text}
          </span>
        );
      })}
    </div>
  );
}

/** What shades and lines mean, with numbers. */
export function HeatLegend({ most, capped }: { readonly most: number; /** Whether some numbers lie beyond. */ readonly capped: boolean }) {
  return (
    <span className={styles.legend}>
      <span>{capped ? t('{change} or less', { change: formatChange(-most, 1) }) : formatChange(-most, 1)}</span>
      <span className={styles.scale} aria-hidden="true">
        {[-1, -0.5, 0, 0.5, 1].map((share) => (
          <i key={share} className={styles.token} style={{ ['--strength' as string]: `${strengthOf(share, 1)}%` }} {...(share < 0 ? { 'data-down': '' } : {})} />
        ))}
      </span>
      <span>{capped ? t('{change} or more', { change: formatChange(most, 1) }) : formatChange(most, 1)}</span>
      <span className={styles.edit}>
        <u>{t('edited tokens')}</u>
      </span>
    </span>
  );
}
