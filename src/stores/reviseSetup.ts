// What a person has set up on the Revise page: which pairs, whom to ask, with which words, and how much at most. Kept
// between visits but for the pairs that were chosen by hand; the key is no part of it (reviserKey.ts).
import { createStore } from 'zustand/vanilla';
import { z } from 'zod';
import { OFFLINE_MODEL } from '../reviser/offline';
import { PLACES, policyAllows, type Place } from '../reviser/places';
import { parsePrices, priceOf, withPrice, type Price } from '../reviser/prices';
import { JUDGE_PRESETS } from '../reviser/prompts/judging';
import { REVISION_PRESETS } from '../reviser/prompts/revising';
import { JUDGE_SETTINGS, REVISER_SETTINGS } from '../reviser/prompts/requests';
import { editTemplate, type PromptTemplate } from '../reviser/prompts/template';
import { originOf } from '../reviser/keys';
import type { Filter, Row, Sample } from '../storage/pairs/protocol';
import { sentence, sentenceOf, type Sentence } from './notices';
import { keyring, keyChanged } from './reviserKey';
import { services } from './services';

const amount = (fallback: number) => z.number().positive().catch(fallback);

function pricesIn(stored: readonly unknown[]): readonly Price[] {
  try {
    return parsePrices(stored);
  } catch {
    return [];
  }
}

const setupSchema = z.object({
  /** A dataset as an address names it. */
  dataset: z.string().catch('off_policy'),
  job: z.enum(['revise', 'judge']).catch('revise'),
  /** `offline`, an id of `PLACES`, or `other`. */
  place: z.string().catch('offline'),
  kind: z.enum(['openai', 'anthropic']).catch('openai'),
  baseUrl: z.string().max(2000).catch(''),
  model: z.string().max(200).catch(''),
  /** Ids of the chosen presets. */
  revisePreset: z.string().catch(REVISION_PRESETS[0]!.id),
  judgePreset: z.string().catch(JUDGE_PRESETS[0]!.id),
  /** A person's own wording of a preset, by its id. */
  texts: z.record(z.string(), z.string().max(50_000)).catch({}),
  principle: z.string().max(10_000).optional().catch(undefined),
  temperature: z.number().min(0).max(2).catch(REVISER_SETTINGS.temperature),
  maxTokens: amount(REVISER_SETTINGS.maxTokens),
  /** Pairs at most. */
  most: amount(20),
  concurrency: amount(4),
  requestsPerMinute: amount(60),
  tokensPerMinute: amount(100_000),
  /** Tokens that the whole may cost. */
  budgetTokens: amount(200_000),
  /** Money that the whole may cost, in the currency of the prices; absent for no cap. */
  budgetMoney: z.number().positive().optional().catch(undefined),
  /** A person's own, which go before the lab's. */
  prices: z.array(z.unknown()).catch([]).transform(pricesIn),
});

export type Kept = z.output<typeof setupSchema>;

/** Which pairs of the dataset, where not simply its first ones. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'view'; readonly filter: Filter; readonly sample?: Sample; readonly count: number }
  | { readonly kind: 'pair'; readonly row: Row };

export interface SetupState extends Kept {
  readonly scope: Scope;
  /** Whether what was set up at the last visit has been brought back; nothing is kept before. */
  readonly restored: boolean;
}

export const firstSetup: SetupState = { ...setupSchema.parse({}), scope: { kind: 'all' }, restored: false };

export const setupStore = createStore<SetupState>()(() => firstSetup);

const SETTING = 'revise';

/** What was changed before the last visit's set-up was there: a link has chosen pairs, say. */
let early: Partial<SetupState> = {};

/** Brings back what was set up at the last visit; anything missing or wrong takes its default. */
export async function restoreSetup(): Promise<void> {
  const stored = await services().shelf.loadSetting(SETTING);
  const kept = setupSchema.parse(typeof stored === 'object' && stored !== null ? stored : {});
  setupStore.setState({ ...kept, ...early, restored: true });
  early = {};
}

/** Changes parts of it and keeps them. A key for another origin is forgotten at once. */
export function changeSetup(change: Partial<SetupState>): void {
  const before = addressOf(setupStore.getState());
  setupStore.setState(change);
  const address = addressOf(setupStore.getState());
  // The town's own has no address, and asking it leaves the key of a job at work alone.
  if (address !== before && address !== '') {
    keyring.useAddress(address);
    keyChanged();
  }
  const { scope: _, restored, ...kept } = setupStore.getState();
  if (!restored) {
    early = { ...early, ...change };
    return;
  }
  services().shelf.saveSetting(SETTING, kept).catch(() => undefined); // As with every setting: it holds until the page is left.
}

/** Another dataset begins with all of its pairs. */
export function chooseDataset(dataset: string, scope: Scope = { kind: 'all' }): void {
  changeSetup({ dataset, scope });
}

/** Chooses whom to ask; a known place brings its address. */
export function choosePlace(id: string): void {
  const place = placeOf(id);
  changeSetup({ place: id, ...(place && { kind: place.kind, baseUrl: place.baseUrl, model: '' }) });
}

export const placeOf = (id: string): Place | undefined => PLACES.find((place) => place.id === id);

export const isOffline = ({ place }: Pick<Kept, 'place'>): boolean => place === 'offline';

/** The base URL that is asked; empty for the town's own. */
export const addressOf = (setup: Pick<Kept, 'place' | 'baseUrl'>): string => (isOffline(setup) ? '' : setup.baseUrl.trim());

/** The template that is asked with: a preset, or a person's wording of it. @throws UserError where that lacks a slot. */
export function templateOf(setup: Kept): PromptTemplate {
  const preset = presetOf(setup);
  const text = setup.texts[preset.id];
  return editTemplate(preset, { ...(text !== undefined && { text }), ...(preset.principle !== undefined && setup.principle !== undefined && { principle: setup.principle }) });
}

export function presetOf({ job, revisePreset, judgePreset }: Kept): PromptTemplate {
  const presets = presetsFor(job);
  return presets.find(({ id }) => id === (job === 'revise' ? revisePreset : judgePreset)) ?? presets[0]!;
}

export const presetsFor = (job: Kept['job']): readonly PromptTemplate[] => (job === 'revise' ? REVISION_PRESETS : JUDGE_PRESETS);

/** Writes the preset's text anew; its own text takes the person's away. */
export function editText(text: string): void {
  const setup = setupStore.getState();
  const preset = presetOf(setup);
  const texts = { ...setup.texts, [preset.id]: text };
  if (text === preset.text) delete texts[preset.id];
  changeSetup({ texts });
}

/** What a request is asked with beside the prompt. */
export function askSettings({ job, temperature, maxTokens, model, place }: Kept) {
  const named = isOffline({ place }) ? OFFLINE_MODEL : model.trim();
  return job === 'revise' ? { model: named, temperature, maxTokens } : { ...JUDGE_SETTINGS, model: named };
}

/** What the model costs; undefined where nobody has said. */
export function priceFor(setup: Kept): Price | undefined {
  const model = setup.model.trim();
  if (isOffline(setup) || model === '') return undefined;
  const price = setup.prices.find((one) => one.model === model) ?? priceOf(model);
  return price && { ...price, model };
}

/** Enters a price of the model that is chosen. */
export function changePrice(change: Partial<Pick<Price, 'input' | 'output'>>): void {
  const setup = setupStore.getState();
  const model = setup.model.trim();
  if (model !== '') changeSetup({ prices: withPrice(setup.prices, { input: 0, output: 0, ...priceFor(setup), ...change, model }) });
}

/** The policy that holds this page; none under the development server. */
const pagePolicy = (): string | undefined =>
  typeof document === 'undefined' ? undefined : (document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')?.content ?? undefined);

/** Whether this build of the page may call an address at all. */
export function mayCall(address: string): boolean {
  const origin = originOf(address);
  return origin === undefined || typeof location === 'undefined' || policyAllows(pagePolicy(), origin, location.origin);
}

/** Why the job that is set up cannot start; undefined when it can. */
export function problemOfSetup(setup: SetupState): Sentence | undefined {
  try {
    templateOf(setup);
  } catch (error) {
    return sentenceOf(error);
  }
  if (isOffline(setup)) return undefined;
  const address = addressOf(setup);
  if (originOf(address) === undefined) return sentence('Write the address of the API, such as https://api.openai.com/v1.');
  if (!mayCall(address)) return sentence('This build of the page may not call that address.');
  if (setup.model.trim() === '') return sentence('Write which model to ask.');
  if (placeOf(setup.place)?.needsKey === true && keyring.keyFor(address) === undefined) return sentence('Give the key of the API. It stays in this tab.');
  if (setup.budgetMoney !== undefined && priceFor(setup) === undefined) return sentence('A limit in money needs to know what the model costs: enter its prices, or take the limit away.');
  return undefined;
}
