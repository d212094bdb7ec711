// What a person says on the command line of `lab revise` and `lab judge`, read and checked once, before anything is asked.
import { UserError } from '../../src/engine/errors';
import type { ExportChoice } from '../../src/preferences/export';
import { anthropicProvider, ANTHROPIC_URL } from '../../src/reviser/anthropic';
import type { ChatProvider } from '../../src/reviser/chat';
import { headerKey, parseBaseUrl } from '../../src/reviser/endpoint';
import type { Job, JobLimits } from '../../src/reviser/jobs';
import { OFFLINE_MODEL, offlineProvider } from '../../src/reviser/offline';
import { openAiProvider } from '../../src/reviser/openai';
import { priceOf } from '../../src/reviser/prices';
import { JUDGE_PRESETS } from '../../src/reviser/prompts/judging';
import { JUDGE_SETTINGS, REVISER_SETTINGS, type AskSettings } from '../../src/reviser/prompts/requests';
import { REVISION_PRESETS } from '../../src/reviser/prompts/revising';
import { editTemplate, type PromptTemplate } from '../../src/reviser/prompts/template';

/** Options with a text. */
export const askNames = [
  'base-url', 'model', 'key-env', 'provider', 'preset', 'principle', 'temperature', 'max-tokens', 'concurrency', 'rpm', 'tpm', 'attempts',
  'budget-tokens', 'budget-usd', 'max', 'mapping', 'shape', 'out',
] as const;

type Name = (typeof askNames)[number];

export interface AskCommand {
  readonly kind: Job['kind'];
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly out: string;
  readonly mapping: string | undefined;
  readonly shape: ExportChoice['shape'];
  /** Pairs at most. */
  readonly max: number;
  readonly template: PromptTemplate;
  readonly settings: AskSettings;
  readonly limits: JobLimits;
  readonly provider: ChatProvider;
  readonly baseUrl: string;
  readonly json: boolean;
}

const providers = ['openai', 'anthropic', 'offline'] as const;
const shapes = ['conversational', 'standard', 'lab'] as const;

const presetsFor = (kind: Job['kind']): readonly PromptTemplate[] => (kind === 'revise' ? REVISION_PRESETS : JUDGE_PRESETS);
export const presetNames = (kind: Job['kind']): string => presetsFor(kind).map(({ id }) => id).join('|');

/** @throws UserError with one line that says what is wrong; never with a key. */
export function parseAsk(
  kind: Job['kind'],
  positionals: readonly string[],
  values: Readonly<Record<string, string | boolean | undefined>>,
  env: Readonly<Record<string, string | undefined>>,
): AskCommand {
  const text = (name: Name): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: Name, fallback: number | undefined, what: 'whole' | 'any' = 'whole'): number | undefined => {
    const said = text(name);
    if (said === undefined) return fallback;
    const value = said.trim() === '' ? Number.NaN : Number(said);
    if (what === 'whole' && !(Number.isSafeInteger(value) && value >= 1)) throw new UserError('--{name} must be a whole number above 0, and “{said}” is not.', { name, said });
    if (!(Number.isFinite(value) && value >= 0)) throw new UserError('--{name} must be a number that is not below 0, and “{said}” is not.', { name, said });
    return value;
  };
  const oneOf = <T extends string>(name: Name, known: readonly T[], fallback: T): T => {
    const said = text(name) ?? fallback;
    const found = known.find((one) => one === said);
    if (found === undefined) throw new UserError('--{name} is one of {known}, not “{said}”.', { name, known: known.join(', '), said });
    return found;
  };

  const [file, ...others] = positionals;
  const out = text('out');
  if (file === undefined || others.length > 0 || out === undefined) {
    throw new UserError('lab {kind} takes one file, or - for standard input, and a file to write to: lab {kind} FILE --out OUT.jsonl.', { kind });
  }
  const template = templateOf(kind, oneOf('preset', presetsFor(kind).map(({ id }) => id), presetsFor(kind)[0]!.id), text('principle'));
  const place = placeOf(oneOf('provider', providers, 'openai'), { kind, baseUrl: text('base-url'), model: text('model'), variable: text('key-env') }, env);
  const standard: Omit<AskSettings, 'model'> = kind === 'revise' ? REVISER_SETTINGS : JUDGE_SETTINGS;
  const budgetMoney = number('budget-usd', undefined, 'any');
  const price = budgetMoney === undefined ? undefined : priceOf(place.model);
  if (budgetMoney !== undefined && price === undefined) {
    throw new UserError('--budget-usd needs the model’s price, and none is known for “{model}”. Set a budget in tokens: --budget-tokens N.', { model: place.model });
  }
  return {
    kind, file, out, template,
    mapping: text('mapping'),
    shape: oneOf('shape', shapes, 'conversational'),
    max: number('max', Infinity)!,
    settings: { ...standard, model: place.model, temperature: number('temperature', standard.temperature, 'any')!, maxTokens: number('max-tokens', standard.maxTokens)! },
    limits: {
      concurrency: number('concurrency', 4)!,
      ...defined({
        requestsPerMinute: number('rpm', undefined), tokensPerMinute: number('tpm', undefined), attempts: number('attempts', undefined),
        budgetTokens: number('budget-tokens', undefined), budgetMoney, price,
      }),
    },
    provider: place.provider,
    baseUrl: place.baseUrl,
    json: values['json'] === true,
  };
}

function defined<T extends object>(value: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}

function templateOf(kind: Job['kind'], id: string, principle: string | undefined): PromptTemplate {
  const template = presetsFor(kind).find((preset) => preset.id === id)!;
  if (principle === undefined) return template;
  if (template.principle === undefined) throw new UserError('--principle belongs to the preset harmless, and this is {id}.', { id });
  return editTemplate(template, { principle });
}

interface Place {
  readonly provider: ChatProvider;
  readonly baseUrl: string;
  readonly model: string;
}

function placeOf(
  name: (typeof providers)[number],
  said: { readonly kind: string; readonly baseUrl: string | undefined; readonly model: string | undefined; readonly variable: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Place {
  const { kind, baseUrl, variable } = said;
  const model = said.model?.trim();
  if (name === 'offline') {
    if (baseUrl !== undefined || variable !== undefined) throw new UserError('--provider offline asks nobody: leave out --base-url and --key-env, or choose another provider.');
    return { provider: offlineProvider(), baseUrl: '', model: model ?? OFFLINE_MODEL };
  }
  const url = baseUrl ?? (name === 'anthropic' ? ANTHROPIC_URL : undefined);
  if (url === undefined) throw new UserError('lab {kind} needs a chat API to ask: --base-url URL --model NAME, or --provider offline for the town’s own.', { kind });
  if (model === undefined || model === '') throw new UserError('lab {kind} needs the name of a model: --model NAME.', { kind });
  const endpoint = parseBaseUrl(url);
  const key = keyOf(variable, env);
  if (key !== undefined && !endpoint.loopback && new URL(endpoint.base).protocol === 'http:') {
    throw new UserError('--base-url is plain http to another machine, which would let anybody on the way read the key. Use https.');
  }
  const options = { baseUrl: url, key: () => key };
  return { provider: name === 'anthropic' ? anthropicProvider(options) : openAiProvider(options), baseUrl: url, model };
}

function keyOf(variable: string | undefined, env: Readonly<Record<string, string | undefined>>): string | undefined {
  // A server of one's own may want none.
  if (variable === undefined) return undefined;
  const key = env[variable]?.trim();
  if (key === undefined || key === '') {
    throw new UserError('--key-env names {variable}, and no such environment variable is set. Set it to the API’s key and run this again.', { variable });
  }
  return headerKey(key);
}
