// What an objective's gradient does to one pair, computed and not written: at the start, far out along each direction,
// and over the plane between. Used by the theory view to say how a loss behaves, one of a person's own included.
import type { CompiledObjective, HyperInput } from './compile';
import { evaluateCompiled } from './evaluate';
import { planeScores, type PairAt } from './plane';

/** Where a step down the gradient moves a log-probability. */
export type Push = 'up' | 'down' | 'none';

/** How strong the push is far out, against what it is nearer: it dies away, stays, or grows without end. */
export type Limit = 'vanishes' | 'stays' | 'grows' | 'undefined';

export interface SideAtStart {
  readonly push: Push;
  /** |∂L/∂ℓ|, per unit of log-probability. */
  readonly strength: number;
}

export interface SideFarOut {
  /** `none` where it is exactly 0 or has died away. */
  readonly push: Push;
  readonly limit: Limit;
}

/**
 * The directions of the plane of rewards, each followed alone from the start: the winner's reward up or down, the loser's
 * up or down, both so that the pair is ever more right, and both so that it is ever more wrong.
 */
export const rays = {
  right: [1, -1],
  wrong: [-1, 1],
  winnerUp: [1, 0],
  winnerDown: [-1, 0],
  loserUp: [0, 1],
  loserDown: [0, -1],
} as const satisfies Record<string, readonly [number, number]>;

export type Ray = keyof typeof rays;

/** Shares of the plane in which a side's log-probability is pushed up and down; the rest is left alone. */
export interface Shares {
  readonly up: number;
  readonly down: number;
}

export interface Behaviour {
  readonly start: { readonly winner: SideAtStart; readonly loser: SideAtStart };
  readonly far: Readonly<Record<Ray, { readonly winner: SideFarOut; readonly loser: SideFarOut }>>;
  readonly shares: { readonly winner: Shares; readonly loser: Shares };
  /** The two sides are pushed against one another with the same force everywhere: only their difference is asked for. */
  readonly marginOnly: boolean;
  /** Somewhere on the plane the loss or its gradient is no finite number. */
  readonly broken: boolean;
}

/** The plane that is looked at reaches this far, in rewards. */
const REACH = 6;
const CELLS = 24;
/** Two distances, far beyond where any of the known losses still bends. */
const FAR = [1e2, 1e4] as const;
/** A gradient below this share of the largest one of the plane is none. */
const NOTHING = 1e-9;

/** Computes it all; some 600 pairs are evaluated. @throws UserError for a number out of its range. */
export function behaviourOf(objective: CompiledObjective, hyper: HyperInput, pair: PairAt): Behaviour {
  const gradients = (points: readonly (readonly [number, number])[]): Gradients =>
    evaluateCompiled({ ...objective, pairing: 'own' }, planeScores(points, pair), hyper);

  const plane = gradients(gridPoints());
  const finite = plane.loss.map((_, i) => [plane.loss[i]!, plane.dChosen[i]!, plane.dRejected[i]!].every(Number.isFinite));
  const largest = Math.max(
    Number.MIN_VALUE,
    ...[...plane.dChosen, ...plane.dRejected].map((d) => (Number.isFinite(d) ? Math.abs(d) : 0)),
  );
  const pushOf = (d: number): Push => (Math.abs(d) <= NOTHING * largest || Number.isNaN(d) ? 'none' : d < 0 ? 'up' : 'down');
  const sharesOf = (side: readonly number[]): Shares => {
    const share = (push: Push): number => side.filter((d, i) => finite[i] && pushOf(d) === push).length / side.length;
    return { up: share('up'), down: share('down') };
  };

  const start = gradients([[0, 0]]);
  const atStart = (d: number): SideAtStart => ({ push: pushOf(d), strength: Math.abs(d) });
  const farOut = (near: number, far: number): SideFarOut => {
    const limit = limitOf(Math.abs(near), Math.abs(far), largest);
    return { push: limit === 'vanishes' || limit === 'undefined' ? 'none' : pushOf(far), limit };
  };
  const far = (Object.keys(rays) as Ray[]).map((ray) => {
    const [w, l] = rays[ray];
    const { loss, dChosen, dRejected } = gradients(FAR.map((distance) => [w * distance, l * distance]));
    // A slope of a loss that is no number there is none, even where its formula has a value.
    const side = (d: readonly number[]): SideFarOut => farOut(...(d.map((value, i) => (Number.isNaN(loss[i]!) ? NaN : value)) as [number, number]));
    return [ray, { winner: side(dChosen), loser: side(dRejected) }] as const;
  });

  return {
    start: { winner: atStart(start.dChosen[0]!), loser: atStart(start.dRejected[0]!) },
    far: Object.fromEntries(far) as Behaviour['far'],
    shares: { winner: sharesOf(plane.dChosen), loser: sharesOf(plane.dRejected) },
    marginOnly:
      plane.dChosen.some((d) => pushOf(d) !== 'none') &&
      plane.dChosen.every((d, i) => !finite[i] || Math.abs(d + plane.dRejected[i]!) <= NOTHING * largest),
    broken: finite.includes(false),
  };
}

interface Gradients {
  readonly loss: readonly number[];
  readonly dChosen: readonly number[];
  readonly dRejected: readonly number[];
}

/** A hundred times further out a force that stays is about the same; one that dies away or grows is not. */
function limitOf(near: number, far: number, largest: number): Limit {
  if (Number.isNaN(near) || Number.isNaN(far)) return 'undefined';
  if (far === Infinity || (far > 1.5 * near && far > NOTHING * largest)) return 'grows';
  if (far <= NOTHING * largest || far < near / 1.5) return 'vanishes';
  return 'stays';
}

/** The middles of the plane's cells, none of them on an axis or a diagonal's crossing, where pushes change sign. */
function gridPoints(): [number, number][] {
  const middles = Array.from({ length: CELLS }, (_, i) => -REACH + ((i + 0.5) * 2 * REACH) / CELLS);
  return middles.flatMap((w) => middles.map((l): [number, number] => [w, l + 1e-3]));
}
