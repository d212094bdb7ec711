// A text token by token, each shaded by a number: filled where it is above zero, hatched where it is below, the stronger
// the further. Used for how far a policy has moved each token from the reference.
import { formatChange } from '../format';
import styles from './tokens.module.css';

export interface ShadedTokensProps {
  readonly texts: readonly string[];
  /** One for each token. */
  readonly values: readonly number[];
  /** The size of a number that is shaded in full. */
  readonly most: number;
  /** A CSS colour: whose numbers these are. */
  readonly color: string;
  /** What stands for a token without text, such as the one that ends an answer. */
  readonly endMark: string;
}

/** How strong a token's shade is, in percent; the text over it stays readable. */
export function strengthOf(value: number, most: number): number {
  const STRONGEST = 55;
  return Math.round(Math.min(1, Math.abs(value) / Math.max(most, 1e-9)) * STRONGEST);
}

export function ShadedTokens({ texts, values, most, color, endMark }: ShadedTokensProps) {
  return (
    <p className={styles.tokens}>
      {texts.map((text, i) => {
        const value = values[i] ?? 0;
        const last = i === texts.length - 1;
        const shade = `color-mix(in srgb, ${color} ${strengthOf(value, most)}%, transparent)`;
        return (
          <span
            key={i}
            className={styles.token}
            title={formatChange(value)}
            style={{ ['--shade' as string]: shade }}
            {...(value < 0 ? { 'data-down': '' } : {})}
            {...(text === '' ? { 'data-mark': '' } : {})}
          >
            {text === '' ? (last ? endMark : '') : text}
          </span>
        );
      })}
    </p>
  );
}
