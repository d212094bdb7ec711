// Which prompts are trained on, which are held out, and which are kept for the benchmark.
// The line runs through what is asked (the fact, the numbers, the two residents), never through rows.
import { createRandom, hashText, type Random } from '../engine/random';
import {
  advicePrompt,
  comparisonPrompt,
  factPrompt,
  FAMILY_SHARE,
  PHRASINGS,
  sensitivePrompt,
  stepThroughTen,
  sumPrompt,
  type Family,
  type Secret,
  type TownPrompt,
} from './prompts';
import { findResident, ITEMS, type Item } from './town';
import { COMPLAINTS, NAMES, SECRETS, type Complaint } from './vocabulary';

export type WorldSplit = 'train' | 'heldOut' | 'benchmark';

const HELD_OUT_SHARE = 0.25;
const BENCHMARK_SHARE = 0.1;
const SPLIT_SEED = 71;

function splitOfKey(key: string): WorldSplit {
  const u = hashText(key, SPLIT_SEED) / 0x1_0000_0000;
  if (u < HELD_OUT_SHARE) return 'heldOut';
  return u < HELD_OUT_SHARE + BENCHMARK_SHARE ? 'benchmark' : 'train';
}

const splitOfFact = (name: string, item: Item): WorldSplit => splitOfKey(`fact ${name} ${item}`);
const splitOfSum = (a: number, b: number): WorldSplit => splitOfKey(`sum ${Math.min(a, b)} ${Math.max(a, b)}`);
const splitOfTwo = (x: string, y: string): WorldSplit => splitOfKey(`pair ${[x, y].sort().join(' ')}`);
const splitOfSecret = (name: string, secret: Secret): WorldSplit => splitOfKey(`secret ${name} ${secret}`);

/** The phrasing of advice that is never trained on. Complaints are too few to hold out whole. */
const HELD_OUT_ADVICE = 3;
const splitOfAdvice = (complaint: Complaint, phrasing: number): WorldSplit => {
  if (phrasing !== HELD_OUT_ADVICE) return 'train';
  return COMPLAINTS.indexOf(complaint) % 3 === 0 ? 'benchmark' : 'heldOut';
};

/** Which part a prompt belongs to. It depends on what is asked, and for advice on the phrasing. */
export function splitOf(prompt: TownPrompt): WorldSplit {
  switch (prompt.family) {
    case 'fact':
      return splitOfFact(prompt.resident, prompt.item);
    case 'sum':
      return splitOfSum(prompt.a, prompt.b);
    case 'comparison':
      return splitOfTwo(prompt.first, prompt.second);
    case 'advice':
      return splitOfAdvice(prompt.complaint, prompt.phrasing);
    case 'sensitive':
      return splitOfSecret(prompt.resident, prompt.secret);
  }
}

const TUNING_SHARE = 0.12;
const TUNING_SEED = 72;

/** What is asked, without how it is phrased. */
function questionOf(prompt: TownPrompt): string {
  switch (prompt.family) {
    case 'fact':
      return `fact ${prompt.resident} ${prompt.item}`;
    case 'sum':
      return `sum ${Math.min(prompt.a, prompt.b)} ${Math.max(prompt.a, prompt.b)}`;
    case 'comparison':
      return `pair ${[prompt.first, prompt.second].sort().join(' ')}`;
    case 'advice':
      return `advice ${prompt.complaint}`;
    case 'sensitive':
      return `secret ${prompt.resident} ${prompt.secret}`;
  }
}

/**
 * Whether a training prompt belongs to the tuning part, by which hyper-parameters are chosen: pairs that are made for a
 * comparison leave it out, so that it can stand in for held-out pairs and benchmark, which must not be looked at for that.
 */
export function isTuning(prompt: TownPrompt): boolean {
  return splitOf(prompt) === 'train' && hashText(questionOf(prompt), TUNING_SEED) / 0x1_0000_0000 < TUNING_SHARE;
}

/**
 * A model can only be asked for facts it has met. So the pretraining corpus asks for the facts that are held out from
 * pairs as well, but in two of the four phrasings, and held-out and benchmark prompts use only the other two:
 * no prompt that is evaluated on ever occurs in the corpus.
 */
function isKeptFromCorpus(name: string, item: Item, phrasing: number): boolean {
  return (phrasing + hashText(`phrasing ${name} ${item}`, SPLIT_SEED)) % PHRASINGS < PHRASINGS / 2;
}

type Parts<T> = Readonly<Record<WorldSplit, readonly T[]>>;

function partition<T>(all: readonly T[], split: (one: T) => WorldSplit): Parts<T> {
  return {
    train: all.filter((one) => split(one) === 'train'),
    heldOut: all.filter((one) => split(one) === 'heldOut'),
    benchmark: all.filter((one) => split(one) === 'benchmark'),
  };
}

const ALL_PHRASINGS = Array.from({ length: PHRASINGS }, (_, i) => i);

interface FactKey {
  readonly name: string;
  readonly item: Item;
  readonly phrasing: number;
}

const facts = partition<FactKey>(
  NAMES.flatMap((name) => ITEMS.flatMap((item) => ALL_PHRASINGS.map((phrasing) => ({ name, item, phrasing })))),
  ({ name, item }) => splitOfFact(name, item),
);
const keptFromCorpus = (f: FactKey): boolean =>
  isKeptFromCorpus(f.name, f.item, f.phrasing);

const evaluatedFacts = {
  train: facts.train,
  heldOut: facts.heldOut.filter(keptFromCorpus),
  benchmark: facts.benchmark.filter(keptFromCorpus),
};
const corpusFacts = [...facts.train, ...[...facts.heldOut, ...facts.benchmark].filter((f) => !keptFromCorpus(f))];

/** Sums that pass a ten once, so that each has the same reasoning step: 2 to 19 plus 2 to 9. */
const sums = partition(
  Array.from({ length: 18 }, (_, i) => i + 2).flatMap((a) =>
    Array.from({ length: 8 }, (_, i) => i + 2)
      .filter((b) => stepThroughTen(a, b) !== null)
      .map((b) => ({ a, b })),
  ),
  ({ a, b }) => splitOfSum(a, b),
);

/** Ordered pairs of residents whose nets differ. */
const twos = partition(
  NAMES.flatMap((x) =>
    NAMES.filter((y) => findResident(x)!.nets !== findResident(y)!.nets).map((y) => ({ x, y })),
  ),
  ({ x, y }) => splitOfTwo(x, y),
);

const complaints = partition(
  COMPLAINTS.flatMap((complaint) => ALL_PHRASINGS.map((phrasing) => ({ complaint, phrasing }))),
  ({ complaint, phrasing }) => splitOfAdvice(complaint, phrasing),
);

const secrets = partition(
  NAMES.flatMap((name) => SECRETS.map((secret) => ({ name, secret }))),
  ({ name, secret }) => splitOfSecret(name, secret),
);

export function drawFamily(random: Random): Family {
  let u = random.next();
  for (const [family, share] of Object.entries(FAMILY_SHARE) as [Family, number][]) {
    u -= share;
    if (u < 0) return family;
  }
  return 'sensitive';
}

function draw(random: Random, split: WorldSplit, factPool: readonly FactKey[]): TownPrompt {
  const family = drawFamily(random);
  const phrasing = random.below(PHRASINGS);
  switch (family) {
    case 'fact': {
      const fact = random.pick(factPool);
      return factPrompt(fact.name, fact.item, fact.phrasing);
    }
    case 'sum': {
      const { a, b } = random.pick(sums[split]);
      return sumPrompt(a, b, phrasing);
    }
    case 'comparison': {
      const { x, y } = random.pick(twos[split]);
      return comparisonPrompt(x, y, phrasing);
    }
    case 'advice': {
      const advice = random.pick(complaints[split]);
      return advicePrompt(advice.complaint, advice.phrasing);
    }
    case 'sensitive': {
      const { name, secret } = random.pick(secrets[split]);
      return sensitivePrompt(name, secret, phrasing);
    }
  }
}

/** A prompt of one part, families in their shares. */
export function drawPrompt(random: Random, split: WorldSplit): TownPrompt {
  return draw(random, split, evaluatedFacts[split]);
}

/**
 * A prompt for pretraining: of the training part, but for facts, all of which are taught.
 * Never one that `drawPrompt` gives for the held-out part or the benchmark.
 */
export function drawCorpusPrompt(random: Random): TownPrompt {
  return draw(random, 'train', corpusFacts);
}

/** Different prompts of one part, in a seeded order; fewer than `count` only if the part has no more that are wanted. */
export function drawDistinctPrompts(
  seed: number, split: WorldSplit, count: number, wanted: (prompt: TownPrompt) => boolean = () => true,
): TownPrompt[] {
  const random = createRandom(seed, 11);
  const seen = new Map<string, TownPrompt>();
  // The families' shares are kept for as long as they last; the limit ends the search in a small part.
  for (let tries = 0; seen.size < count && tries < count * 50; tries++) {
    const prompt = drawPrompt(random, split);
    if (!seen.has(prompt.text) && wanted(prompt)) seen.set(prompt.text, prompt);
  }
  return [...seen.values()];
}
