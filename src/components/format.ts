// Numbers and times as the page sets them: a true minus sign, fixed digits, nothing that jumps. Used everywhere.

const MINUS = '\u2212';

/** A number with a fixed count of decimals, e.g. `−6.63`; `–` when there is none. */
export function formatFixed(value: number | undefined, digits = 2): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  const text = Math.abs(value).toFixed(digits);
  // A rounded zero has no sign.
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A change, always with its sign: `+1.86`, `−3.13`, `0.00`. */
export function formatChange(value: number | undefined, digits = 2): string {
  const text = formatFixed(value, digits);
  return value !== undefined && value > 0 && Number(Math.abs(value).toFixed(digits)) !== 0 ? `+${text}` : text;
}

/** A number of any size in few characters: `0.0002`, `1.5e−7`, `12.3`, `4,096`. */
export function formatCompact(value: number | undefined, significant = 4): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return formatFixed(value);
  if (size >= 1e6 || size < 1e-4) {
    const [mantissa = '0', exponent = '0'] = value.toExponential(significant - 1).split('e');
    return `${String(Number(mantissa))}e${String(Number(exponent))}`.replaceAll('-', MINUS);
  }
  return new Intl.NumberFormat('en', { maximumSignificantDigits: significant }).format(value).replace('-', MINUS);
}

/** An error that is far below one, always with two digits, so that a column of them lines up: `4.0e−7`. */
export function formatError(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  return value === 0 || !Number.isFinite(value) ? formatFixed(value, 0) : value.toExponential(1).replaceAll('-', MINUS).replace('e+', 'e');
}

/** A stretch of time as a clock reads it: `0:07`, `12:40`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const pad = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

/** A day and time in the reader's language, short; the year is told when it is another one. */
export function formatDate(time: number, locale: string, now = Date.now()): string {
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(time);
}

/** A whole number as people read it: `10,000`. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat('en').format(count);
}
