// Draws a field of gradients on a canvas: how hard as shade, where to as arrows, and lines of equal loss. A canvas, since
// it is drawn anew for every step of a slider.
import { niceTicks } from '../../components/chart/scale';
import type { Field } from '../../engine/objectives';
import { contour } from './contours';
import { arrowsOf, EVERY } from './strength';

export interface Drawing {
  readonly field: Field;
  /** One number a point of the field, see strength.ts. */
  readonly strength: readonly number[];
  /** The strength of the deepest shade; planes that are compared share it. */
  readonly most: number;
  /** Rewards beyond which a log-probability would be above 0: of the chosen, of the rejected. */
  readonly limits: readonly [number, number];
}

export interface Inks {
  /** Of the objective. */
  readonly hue: string;
  readonly ink: string;
  readonly faint: string;
  readonly panel: string;
}

/** The deepest shade leaves arrows and lines legible in every theme. */
const DEEPEST = 0.62;
const LINES = 12;

/** Draws on a square canvas of `pixels` by `pixels`, of which `scale` make one pixel of the page. */
export function drawField(context: CanvasRenderingContext2D, pixels: number, scale: number, drawing: Drawing, inks: Inks): void {
  const { field } = drawing;
  const { size } = field;
  const reach = field.axis.at(-1)!;
  // Row 0 is the lowest rejected reward and stands at the bottom.
  const x = (column: number): number => (column / (size - 1)) * pixels;
  const y = (row: number): number => (1 - row / (size - 1)) * pixels;
  context.clearRect(0, 0, pixels, pixels);
  drawShade(context, pixels, drawing, inks.hue);

  const lines = (width: number, color: string, dash: readonly number[] = []): void => {
    context.lineWidth = width * scale;
    context.strokeStyle = color;
    context.setLineDash(dash.map((length) => length * scale));
    context.beginPath();
  };
  lines(0.9, inks.ink);
  context.globalAlpha = 0.45;
  for (const level of levelsOf(field.loss)) {
    for (const [x0, y0, x1, y1] of contour(field.loss, size, level)) {
      context.moveTo(x(x0), y(y0));
      context.lineTo(x(x1), y(y1));
    }
  }
  context.stroke();

  lines(1, inks.ink);
  context.globalAlpha = 0.55;
  context.moveTo(pixels / 2, 0);
  context.lineTo(pixels / 2, pixels);
  context.moveTo(0, pixels / 2);
  context.lineTo(pixels, pixels / 2);
  context.stroke();
  lines(1, inks.ink, [2, 4]);
  context.moveTo(0, pixels);
  context.lineTo(pixels, 0);
  context.stroke();
  context.globalAlpha = 1;

  drawArrows(context, x, y, scale, drawing, inks.ink);
  drawBeyond(context, pixels, scale, reach, drawing.limits, inks);
}

/** One for all planes, which are drawn one after the other. */
let scratch: OffscreenCanvas | undefined;

/** A mask as fine as the grid, smoothed by the canvas, and filled with the objective's colour. */
function drawShade(context: CanvasRenderingContext2D, pixels: number, { field: { size }, strength, most }: Drawing, hue: string): void {
  scratch ??= new OffscreenCanvas(size, size);
  if (scratch.width !== size) [scratch.width, scratch.height] = [size, size];
  const mask = scratch.getContext('2d', { willReadFrequently: true })!;
  mask.globalCompositeOperation = 'source-over';
  const image = mask.createImageData(size, size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const value = strength[row * size + column]!;
      const share = most > 0 && Number.isFinite(value) ? Math.min(1, value / most) : value === Infinity ? 1 : 0;
      image.data[((size - 1 - row) * size + column) * 4 + 3] = 255 * DEEPEST * share;
    }
  }
  mask.putImageData(image, 0, 0);
  mask.globalCompositeOperation = 'source-in';
  mask.fillStyle = hue;
  mask.fillRect(0, 0, size, size);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  // The grid's outermost points stand on the plane's edge, so half a cell hangs over.
  const cell = pixels / (size - 1);
  context.drawImage(scratch, -cell / 2, -cell / 2, pixels + cell, pixels + cell);
}

/** Round levels of the losses that occur; where they span much, the lowest part has lines of its own. */
function levelsOf(loss: readonly number[]): number[] {
  const finite = loss.filter(Number.isFinite).sort((a, b) => a - b);
  if (finite.length === 0) return [];
  const low = finite[0]!;
  // Few extreme corners must not take all lines to themselves.
  const high = finite[Math.floor(finite.length * 0.97)]!;
  return high > low ? niceTicks([low, high], LINES) : [];
}

function drawArrows(
  context: CanvasRenderingContext2D,
  x: (column: number) => number,
  y: (row: number) => number,
  scale: number,
  { field, most, strength }: Drawing,
  ink: string,
): void {
  const length = (x(EVERY) - x(0)) * 0.36;
  const head = Math.max(2.5 * scale, length * 0.42);
  context.setLineDash([]);
  context.lineWidth = 1.1 * scale;
  context.strokeStyle = ink;
  context.fillStyle = ink;
  const dots = new Path2D();
  context.beginPath();
  for (const { column, row, right, up } of arrowsOf(field, strength, most)) {
    const [px, py] = [x(column), y(row)];
    if (right === 0 && up === 0) {
      dots.rect(px - 0.8 * scale, py - 0.8 * scale, 1.6 * scale, 1.6 * scale);
      continue;
    }
    // Upward on the plane is downward on the canvas.
    const [ux, uy] = [right, -up];
    const [tx, ty] = [px + ux * length, py + uy * length];
    context.moveTo(px - ux * length, py - uy * length);
    context.lineTo(tx, ty);
    for (const turn of [0.45, -0.45]) {
      const [c, s] = [Math.cos(turn), Math.sin(turn)];
      context.moveTo(tx, ty);
      context.lineTo(tx - head * (ux * c - uy * s), ty - head * (ux * s + uy * c));
    }
  }
  context.stroke();
  context.fill(dots);
}

/** Hatches what no policy can reach: a probability is at most 1. */
function drawBeyond(context: CanvasRenderingContext2D, pixels: number, scale: number, reach: number, [chosen, rejected]: readonly [number, number], inks: Inks): void {
  const right = Math.min(1, (chosen + reach) / (2 * reach)) * pixels;
  const top = (1 - Math.min(1, (rejected + reach) / (2 * reach))) * pixels;
  if (right >= pixels && top <= 0) return;
  context.save();
  context.beginPath();
  context.rect(right, 0, pixels - right, pixels);
  context.rect(0, 0, right, top);
  context.clip();
  context.globalAlpha = 0.6;
  context.fillStyle = inks.panel;
  context.fillRect(0, 0, pixels, pixels);
  context.globalAlpha = 1;
  context.strokeStyle = inks.faint;
  context.lineWidth = scale;
  context.beginPath();
  for (let start = -pixels; start < pixels; start += 8 * scale) {
    context.moveTo(start, pixels);
    context.lineTo(start + pixels, 0);
  }
  context.stroke();
  context.restore();
}
