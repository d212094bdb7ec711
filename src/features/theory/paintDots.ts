// Thousands of dots, pixel by pixel into an image: a canvas takes ten times as long for as many circles, or as many copies
// of one, and a slider has sixteen milliseconds.
import type { Dots } from './runDots';

/** Red, green and blue, from 0 to 255. */
export type Ink = readonly [number, number, number];

export interface DotStyle {
  readonly ink: Ink;
  /** In pixels. */
  readonly radius: number;
  /** From 0 to 1. */
  readonly alpha: number;
  /** Pixels that one nat of log-ratio is wide. */
  readonly unit: number;
}

/** Paints dots over what the image has; a log-ratio of 0 is in its middle, and a higher one of the rejected is further up. */
export function paintDots(image: Pick<ImageData, 'width' | 'height' | 'data'>, { chosen, rejected }: Dots, { ink, radius, alpha, unit }: DotStyle): void {
  const { width, height, data } = image;
  const reach = radius + 0.5;
  for (let i = 0; i < chosen.length; i++) {
    const x = width / 2 + chosen[i]! * unit;
    const y = height / 2 - rejected[i]! * unit;
    const [left, right] = [Math.max(0, Math.floor(x - reach)), Math.min(width - 1, Math.ceil(x + reach))];
    const [top, bottom] = [Math.max(0, Math.floor(y - reach)), Math.min(height - 1, Math.ceil(y + reach))];
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        // The share of the pixel that the dot covers, near enough.
        const cover = reach - Math.hypot(column + 0.5 - x, row + 0.5 - y);
        if (cover <= 0) continue;
        const over = alpha * Math.min(1, cover);
        const at = (row * width + column) * 4;
        const under = (data[at + 3]! / 255) * (1 - over);
        const sum = over + under;
        for (let c = 0; c < 3; c++) data[at + c] = (ink[c]! * over + data[at + c]! * under) / sum;
        data[at + 3] = sum * 255;
      }
    }
  }
}
