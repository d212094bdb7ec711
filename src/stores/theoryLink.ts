// A link that shows somebody else what the theory view looks at: the losses with their numbers, the view, and the point. It
// says nothing of runs, and it is read whole and found right before anything is changed.
import { z } from 'zod';
import { UserError } from '../engine/errors';
import { hyperNames, hyperParameters, objectives } from '../engine/objectives';
import { sentence } from './notices';
import { changeTheory, compiledOf, lossOf, pairSchema, reaches, shades, START_BETA, theoryStore, views, type Loss, type TheoryState } from './theory';
import { offerBack } from './theoryBack';

/** Two formulas of two thousand characters each are far shorter. */
const LONGEST = 20_000;

const linkedSchema = z.strictObject({
  /** An id of the objectives; absent for a loss of one's own, which has a text. */
  objective: z.string().max(40).optional(),
  text: z.string().max(2000).optional(),
  name: z.string().max(80).optional(),
  /** All within their ranges, those that a loss does not take included: the plane's β is one even where the loss has none. */
  hyper: z.partialRecord(z.enum(hyperNames), z.number()).refine((hyper) =>
    hyperNames.every((name) => hyper[name] === undefined || (hyper[name] >= hyperParameters[name].min && hyper[name] <= hyperParameters[name].max)),
  ),
});

const reward = z.number().min(-1000).max(1000);

const viewSchema = z.strictObject({
  version: z.literal(1),
  losses: z.tuple([linkedSchema, linkedSchema]),
  view: z.enum(views),
  shade: z.enum(shades),
  reach: z.literal(reaches),
  pair: pairSchema.strict(),
  point: z.tuple([reward, reward]),
});

/** What a link may change. */
export type TheoryView = Pick<TheoryState, 'losses' | 'view' | 'shade' | 'reach' | 'pair' | 'point'>;

/** Of a text that is being typed, what was last understood. */
function written({ objective, drawn, name, hyper }: Loss): z.input<typeof linkedSchema> {
  return {
    ...(objective === 'custom' ? { text: drawn } : { objective }),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    hyper: Object.fromEntries(Object.entries(hyper).filter(([key]) => (hyperNames as readonly string[]).includes(key))),
  };
}

/** base64url of JSON in UTF-8. */
export function encodeTheory({ losses, view, shade, reach, pair, point }: TheoryView): string {
  const said: z.input<typeof viewSchema> = { version: 1, losses: [written(losses[0]), written(losses[1])], view, shade, reach, pair, point: [...point] };
  let binary = '';
  for (const byte of new TextEncoder().encode(JSON.stringify(said))) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The loss as the editors hold it; undefined where it is none that this lab understands. */
function read({ objective, text, name = '', hyper }: z.output<typeof linkedSchema>): Loss | undefined {
  if ((objective === undefined) === (text === undefined)) return undefined;
  if (objective !== undefined && !Object.hasOwn(objectives, objective)) return undefined;
  const start = objective === undefined ? { objective: 'custom', text: text!, drawn: text! } : lossOf(objective);
  const compiled = compiledOf(start);
  if (compiled === undefined) return undefined;
  const needed = Object.fromEntries(compiled.hyper.map((spec) => [spec.name, spec.default]));
  return { ...start, name, hyper: { beta: START_BETA, ...needed, ...hyper } };
}

/** @throws UserError when the text is no view of the theory page, or one of another lab. */
export function decodeTheory(text: string): TheoryView {
  if (text.length > LONGEST) throw new UserError('The link’s losses are too long to be any. What stands here stays as it was.');
  let json: unknown;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new UserError('The link’s losses are damaged and could not be read. What stands here stays as it was.');
  }
  const found = viewSchema.safeParse(json);
  if (!found.success) throw wrong(found.error.issues[0]!.path.join('.') || 'losses');
  const { losses, ...rest } = found.data;
  const [first, second] = [read(losses[0]), read(losses[1])];
  if (first === undefined || second === undefined) throw wrong(`losses.${first === undefined ? 0 : 1}`);
  return { losses: [first, second], view: rest.view, shade: rest.shade, reach: rest.reach, pair: rest.pair, point: rest.point };
}

const wrong = (field: string): UserError =>
  new UserError('The link’s field “{field}” is wrong. What stands here stays as it was; ask for the link again.', { field });

const PARAMETER = 'losses';

/** What the address asks to be shown; undefined where it asks for nothing. @throws UserError where that is wrong. */
export function readTheoryLink(hash: string): TheoryView | undefined {
  const query = hash.includes('?') ? hash.slice(hash.indexOf('?') + 1) : '';
  const text = new URLSearchParams(query).get(PARAMETER);
  return text === null ? undefined : decodeTheory(text);
}

export function linkToTheory(view: TheoryView, address: { readonly origin: string; readonly pathname: string }): string {
  return `${address.origin}${address.pathname}#/theory?${PARAMETER}=${encodeTheory(view)}`;
}

/** Shows what a link said, and offers back what stood there. */
export function showTheory(view: TheoryView): void {
  const { losses, view: own, shade, reach, pair, point } = theoryStore.getState();
  const before: TheoryView = { losses, view: own, shade, reach, pair, point };
  if (JSON.stringify(before) === JSON.stringify(view)) return;
  changeTheory(view);
  offerBack(sentence('The link’s losses stand here now, in place of yours.'), () => changeTheory(before));
}
