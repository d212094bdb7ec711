// The losses that the theory view looks at: two at most, each an objective of the lab or a text of one's own, with its
// numbers; and from where they are looked at. Kept as it is edited.
import { createStore } from 'zustand/vanilla';
import { z } from 'zod';
import { UserError } from '../engine/errors';
import { compileExpression, compileObjective, objectives, objectiveText, resolveHyper, usualPair, type CompiledObjective } from '../engine/objectives';
import type { Member } from '../lab/recipe';
import { report } from './notices';
import { services } from './services';

export const views = ['one', 'beside', 'difference'] as const;
export const shades = ['both', 'winner', 'loser'] as const;
export const reaches = [1, 2, 4, 8, 16] as const;

export const lossSchema = z.object({
  /** An id of the objectives, or `custom`. */
  objective: z.string().refine((id) => id === 'custom' || Object.hasOwn(objectives, id)),
  /** What stands in the editor; of a built-in objective its own formula. */
  text: z.string().max(2000),
  /** The last text that was understood, which is what is drawn while another one is typed. */
  drawn: z.string().max(2000),
  /** What a loss of one's own is called. */
  name: z.string().max(80),
  /** `beta` and whatever else it takes. */
  hyper: z.record(z.string(), z.number()),
});

export const pairSchema = z.object({
  referenceChosen: z.number().max(0),
  referenceRejected: z.number().max(0),
  chosenLength: z.number().int().min(1),
  rejectedLength: z.number().int().min(1),
  KL: z.number().min(0),
});

const theorySchema = z.object({
  losses: z.tuple([lossSchema, lossSchema]),
  view: z.enum(views),
  shade: z.enum(shades),
  /** How far the plane reaches from the start, in rewards. */
  reach: z.literal(reaches),
  pair: pairSchema,
});

export type Loss = z.output<typeof lossSchema>;
export type PairSettings = z.output<typeof pairSchema>;
export type View = (typeof views)[number];
export type Shade = (typeof shades)[number];
export type Reach = (typeof reaches)[number];
type Kept = z.output<typeof theorySchema>;

export interface TheoryState extends Kept {
  /** The point under the lens: rewards of the chosen and of the rejected. Not kept. */
  readonly point: readonly [number, number];
  /** True once the last visit's state was asked for. */
  readonly restored: boolean;
}

export const START_BETA = 0.1;

/** An objective as it is first looked at, with its own defaults. */
export function lossOf(id: string): Loss {
  const objective = compileObjective(id);
  const text = objectiveText(objective);
  const own = Object.fromEntries(objective.hyper.map((spec) => [spec.name, spec.default]));
  return { objective: id, text, drawn: text, name: '', hyper: { beta: START_BETA, ...own } };
}

/** What the view opens with. */
export const startingTheory: TheoryState = {
  losses: [lossOf('dpo'), lossOf('apo_zero')],
  view: 'beside',
  shade: 'both',
  reach: 4,
  pair: usualPair,
  point: [0, 0],
  restored: false,
};

export const theoryStore = createStore<TheoryState>()(() => startingTheory);

const KEY = 'theory';
let timer: ReturnType<typeof setTimeout> | undefined;

/** Stores the last change now, if it is still waiting; for when the page goes away. */
export function flushTheory(): void {
  if (timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  const { point: _point, restored: _restored, ...kept } = theoryStore.getState();
  services().shelf.saveSetting(KEY, kept).catch(report);
}

function keep(): void {
  clearTimeout(timer);
  timer = setTimeout(flushTheory, 500);
}

/** Brings back what was looked at in the last visit; once, and only what is still in order. */
export async function restoreTheory(): Promise<void> {
  if (theoryStore.getState().restored) return;
  theoryStore.setState({ restored: true });
  const before = theoryStore.getState();
  const stored = theorySchema.safeParse(await services().shelf.loadSetting(KEY));
  // Whoever has begun to work meanwhile is not interrupted.
  if (!stored.success || theoryStore.getState() !== before) return;
  if (stored.data.losses.every((loss) => compiledOf(loss) !== undefined)) theoryStore.setState(stored.data);
}

/** What is drawn of a loss; undefined only where its text was never understood. */
export function compiledOf({ objective, drawn }: Pick<Loss, 'objective' | 'drawn'>): CompiledObjective | undefined {
  try {
    return objective === 'custom' ? compileExpression(drawn) : compileObjective(objective);
  } catch {
    return undefined;
  }
}

/** The mistake in what is being typed; undefined where there is none. */
export function mistakeIn({ objective, text, hyper }: Loss): UserError | undefined {
  try {
    resolveHyper(objective === 'custom' ? compileExpression(text) : compileObjective(objective), hyper);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

export function changeTheory(change: Partial<TheoryState>): void {
  theoryStore.setState(change);
  if (Object.keys(change).some((key) => key !== 'point')) keep();
}

/** Both losses with another one on one side. */
export function withLoss(losses: Kept['losses'], side: 0 | 1, loss: Loss): Kept['losses'] {
  return side === 0 ? [loss, losses[1]] : [losses[0], loss];
}

function changeLoss(side: 0 | 1, change: Partial<Loss>): void {
  const { losses } = theoryStore.getState();
  changeTheory({ losses: withLoss(losses, side, { ...losses[side], ...change }) });
}

/** Takes an objective as it is, or what stands in the editor as a loss of one's own. */
export function chooseLoss(side: 0 | 1, id: string): void {
  changeLoss(side, id === 'custom' ? { objective: 'custom' } : lossOf(id));
}

/** What is typed makes a loss one's own; while it has a mistake, the last text that had none stays drawn. */
export function typeLoss(side: 0 | 1, typed: string): void {
  const text = typed.slice(0, 2000);
  const loss = theoryStore.getState().losses[side];
  const mine: Loss = { ...loss, objective: 'custom', text };
  if (mistakeIn(mine) !== undefined) return changeLoss(side, { objective: 'custom', text });
  // What it newly needs begins where the language says; what it had keeps its number.
  const needed = Object.fromEntries(compileExpression(text).hyper.map((spec) => [spec.name, spec.default]));
  changeLoss(side, { objective: 'custom', text, drawn: text, hyper: { ...needed, ...loss.hyper } });
}

export function nameLoss(side: 0 | 1, name: string): void {
  changeLoss(side, { name: name.slice(0, 80) });
}

export function changeHyper(side: 0 | 1, name: string, value: number): void {
  changeLoss(side, { hyper: { ...theoryStore.getState().losses[side].hyper, [name]: value } });
}

/** The loss as a member of an experiment's cohort. */
export function memberOf({ objective, text, name, hyper }: Loss): Omit<Member, 'learningRate'> {
  const { beta = START_BETA, ...others } = hyper;
  const used = new Set((objective === 'custom' ? compileExpression(text) : compileObjective(objective)).hyper.map((spec) => spec.name as string));
  return {
    objective,
    ...(objective === 'custom' ? { expression: text } : {}),
    ...(name.trim() === '' ? {} : { label: name.trim() }),
    beta,
    hyper: Object.fromEntries(Object.entries(others).filter(([key]) => used.has(key))),
  };
}
