// What a person decides on the items of the job that is open: each decision is stored at once, and the next item that waits
// for one is looked at. What was accepted becomes a dataset.
import type { PreferencePair } from '../preferences/pair';
import { askItemAgain as askedAgain, type Decision, type ItemChange } from '../reviser/jobs';
import { templateVersion } from '../reviser/prompts/template';
import { pairOfItem } from '../reviser/runJob';
import { jobStore } from '../storage/revisions';
import { listDatasets } from './datasets';
import { report } from './notices';
import { changeOpen, goOn, jobsStore, refreshOpen, type OpenJob } from './reviseJobs';
import { nextToReview, passes, reviewItem, type ListFilter, type ReviewItem } from './reviewing';
import { services } from './services';

const opened = (): OpenJob | undefined => jobsStore.getState().open;

/** The items that pass the list's filter, and the one that is looked at. */
export const listedItems = ({ items, filter, current }: Pick<OpenJob, 'items' | 'filter' | 'current'>): readonly ReviewItem[] =>
  items.filter((item) => passes(item, filter) || item.id === current);

export function lookAtItem(current: number): void {
  const open = opened();
  if (open !== undefined) changeOpen(open.id, (state) => ({ ...state, current }));
}

/** Shows other items, and looks at the first of them unless the one that is looked at is among them. */
export function filterItems(filter: ListFilter): void {
  const open = opened();
  if (open === undefined) return;
  changeOpen(open.id, (state) => {
    const listed = state.items.filter((item) => passes(item, filter));
    const stays = listed.some(({ id }) => id === state.current);
    const { current: _, ...rest } = state;
    const current = stays ? state.current : listed[0]?.id;
    return { ...rest, filter, ...(current !== undefined && { current }) };
  });
}

/** Stores changes of items and shows them. */
async function change(changes: readonly { readonly index: number; readonly change: ItemChange }[]): Promise<boolean> {
  const open = opened();
  if (open?.job === undefined || changes.length === 0) return false;
  const { id, job } = open;
  try {
    await jobStore.changeItems(id, changes);
    const first = Math.min(...changes.map(({ index }) => index));
    const last = Math.max(...changes.map(({ index }) => index));
    const stored = new Map((await jobStore.loadItems(id, { from: first, count: last - first + 1 })).map((item) => [item.index, item]));
    const touched = new Set(changes.map(({ index }) => index));
    changeOpen(id, (state) => ({ ...state, items: state.items.map((item) => (touched.has(item.id) && stored.has(item.id) ? reviewItem(stored.get(item.id)!, job) : item)) }));
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

/** Goes on to the next item at once, whose key may be pressed before the decision on this one is stored. */
async function decide(index: number, decision: Omit<Decision, 'time'>): Promise<void> {
  const open = opened();
  if (open === undefined) return;
  // Told by the list as it is now: what is decided may fall out of the filter.
  const current = nextToReview(listedItems(open), index) ?? index;
  changeOpen(open.id, (state) => ({
    ...state,
    current,
    items: state.items.map((item) => (item.id === index ? { ...item, state: decision.kind, ...(decision.text !== undefined && { edit: decision.text }) } : item)),
  }));
  // What could not be stored is shown as it is stored.
  if (!(await change([{ index, change: { decision: { ...decision, time: Date.now() } } }]))) await refreshOpen(open.id);
}

export const acceptItem = (index: number): Promise<void> => decide(index, { kind: 'accepted' });

export const rejectItem = (index: number): Promise<void> => decide(index, { kind: 'rejected' });

/** Accepts it in the person's own words. */
export function editItem(index: number, text: string): Promise<void> {
  const revision = opened()?.items.find(({ id }) => id === index)?.revision;
  return decide(index, text === revision ? { kind: 'accepted' } : { kind: 'edited', text });
}

/** Takes a decision back. */
export async function reconsiderItem(index: number): Promise<void> {
  await change([{ index, change: { decision: undefined } as ItemChange }]);
}

/** Asks again with what the person has to say about the revision. */
export async function askItemAgain(index: number, comment: string): Promise<void> {
  const open = opened();
  if (open === undefined) return;
  try {
    const [item] = await jobStore.loadItems(open.id, { from: index, count: 1 });
    if (item?.index === index && (await change([{ index, change: askedAgain(item, comment) }]))) await goOn(open.id);
  } catch (error) {
    report(error);
  }
}

/** The items that a bulk decision is about: those that pass the filter and wait for one; of all of them those without a flag. */
export const acceptedInBulk = ({ items, filter }: Pick<OpenJob, 'items' | 'filter'>): readonly ReviewItem[] =>
  items.filter((item) => item.acceptable && passes(item, filter) && (item.state === 'review' || (item.state === 'flagged' && filter !== 'all')));

export async function acceptAll(): Promise<void> {
  const open = opened();
  if (open === undefined) return;
  const time = Date.now();
  await change(acceptedInBulk(open).map(({ id }) => ({ index: id, change: { decision: { kind: 'accepted', time } } })));
}

/** Makes a dataset of what was accepted in the job that is open. @returns its id; undefined where nothing was. */
export async function makeDataset(name: string): Promise<string | undefined> {
  const open = opened();
  if (open?.job === undefined) return undefined;
  const { job } = open;
  const items = await jobStore.loadItems(job.id);
  const pairs = items.flatMap((item): PreferencePair[] => {
    const pair = item.decision === undefined ? null : pairOfItem(item, job);
    return pair === null ? [] : [pair];
  });
  if (pairs.length === 0) return undefined;
  const provenance = {
    [job.kind === 'revise' ? 'revisedFrom' : 'judgedFrom']: job.name,
    model: job.settings.model,
    prompt: templateVersion(job.template),
    job: job.id,
    madeAt: new Date().toISOString(),
  };
  const info = await services().data.ask({ type: 'create', name: name.trim().slice(0, 120), pairs, provenance });
  await listDatasets();
  return info.id;
}
