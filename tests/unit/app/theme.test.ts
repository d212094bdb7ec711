import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COLORS } from '../../../src/components/chart/palette';

const css = readFileSync('src/app/theme.css', 'utf8');

/** The custom properties of one theme. */
function theme(name: string): Record<string, string> {
  const block = new RegExp(`\\[data-theme='${name}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]));
}

type Rgb = [number, number, number];

/** Linear-light red, green and blue in [0, 1]. */
function linear(hex: string): Rgb {
  return [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
}

/** WCAG 2.2, contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [r, g, blue] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** What a deuteranope sees, in linear light. Source: Machado, Oliveira and Fernandes 2009, table for severity 1.0. */
function deuteranope([r, g, b]: Rgb): Rgb {
  return [0.367322 * r + 0.860646 * g - 0.227968 * b, 0.280085 * r + 0.672501 * g + 0.047413 * b, -0.01182 * r + 0.04294 * g + 0.968881 * b];
}

/** CIELAB under D65, for distances. */
function lab([r, g, b]: Rgb): Rgb {
  const f = (v: number): number => (v > 216 / 24389 ? Math.cbrt(v) : ((24389 / 27) * v + 16) / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each(['light', 'dark', 'projector'])('the %s theme', (name) => {
  const colors = theme(name);

  it('defines every colour that the other themes define', () => {
    expect(Object.keys(colors).sort()).toEqual(Object.keys(theme('light')).sort());
    for (let i = 0; i < COLORS; i++) expect(colors[`series-${i}`]).toMatch(/^#/);
  });

  it('sets text at 4.5:1 or better on every ground it stands on (WCAG 2.2, 1.4.3)', () => {
    const pairs = [
      ['ink', 'bg'], ['ink', 'panel'], ['ink', 'inset'], ['ink', 'bad-inset'],
      ['ink-2', 'bg'], ['ink-2', 'panel'], ['ink-2', 'inset'],
      ['on-primary', 'primary'], ['bad', 'panel'], ['bad', 'bad-inset'], ['reference', 'panel'],
    ] as const;
    for (const [text, ground] of pairs) expect(contrast(colors[text]!, colors[ground]!), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  it('draws lines, marks and the focus at 3:1 or better (WCAG 2.2, 1.4.11)', () => {
    for (const [key, color] of Object.entries(colors)) {
      if (/^series-|^reference$|^focus$|^line-strong$/.test(key)) {
        expect(contrast(color, colors['panel']!), key).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it('gives no colour twice', () => {
    const series = Object.entries(colors).filter(([key]) => key.startsWith('series-'));
    expect(new Set(series.map(([, color]) => color)).size).toBe(COLORS);
  });

  it('keeps the first three objectives and the reference apart for a deuteranope', () => {
    const seen = ['series-0', 'series-1', 'series-2', 'reference'].map((key) => ({ key, lab: lab(deuteranope(linear(colors[key]!))) }));
    for (const a of seen) {
      for (const b of seen) {
        if (a.key >= b.key) continue;
        // CIE76; 2.3 is the smallest difference people notice.
        const distance = Math.hypot(...a.lab.map((value, i) => value - b.lab[i]!));
        expect(distance, `${a.key} and ${b.key}`).toBeGreaterThan(12);
      }
    }
  });
});
