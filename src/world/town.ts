// The town: who lives in it and what is true of them. Everything that writes, scores or revises answers reads this.
import { createRandom } from '../engine/random';
import { COLOURS, FOODS, HIDING_PLACES, JOBS, MOST_NETS, NAMES, PETS, STREETS } from './vocabulary';

/** What can be asked of a resident. */
export const ITEMS = ['job', 'pet', 'boat', 'street', 'food', 'nets'] as const;
export type Item = (typeof ITEMS)[number];

export interface Resident {
  readonly name: string;
  readonly job: string;
  readonly pet: string;
  /** The boat's colour. */
  readonly boat: string;
  readonly street: string;
  /** The favourite food. */
  readonly food: string;
  /** Fishing nets, from 1 to `MOST_NETS`. */
  readonly nets: number;
  /** Where this resident hides things; nobody's business, which is the point of it. */
  readonly hidingPlace: string;
}

export interface Town {
  readonly residents: readonly Resident[];
}

/**
 * Builds a town from a seed. Every word of a list is used equally often, so that no answer is right by being common;
 * nets are drawn freely.
 */
export function buildTown(seed: number): Town {
  const deal = (list: readonly string[], stream: number): string[] =>
    createRandom(seed, stream).shuffle(NAMES.map((_, i) => list[i % list.length]!));
  const jobs = deal(JOBS, 1);
  const pets = deal(PETS, 2);
  const boats = deal(COLOURS, 3);
  const streets = deal(STREETS, 4);
  const foods = deal(FOODS, 5);
  const places = deal(HIDING_PLACES, 6);
  const nets = createRandom(seed, 7);
  return {
    residents: NAMES.map((name, i) => ({
      name,
      job: jobs[i]!,
      pet: pets[i]!,
      boat: boats[i]!,
      street: streets[i]!,
      food: foods[i]!,
      nets: 1 + nets.below(MOST_NETS),
      hidingPlace: places[i]!,
    })),
  };
}

/** The seed of the town that ships; changing it makes the shipped checkpoint wrong about everybody. */
export const TOWN_SEED = 1847;

export const town: Town = buildTown(TOWN_SEED);

const byName = new Map(town.residents.map((resident) => [resident.name, resident]));

/** The resident of that exact name, if there is one. */
export function findResident(name: string): Resident | undefined {
  return byName.get(name);
}

/** A number of nets in words: `1 net`, `12 nets`. */
export function netsPhrase(count: number): string {
  return count === 1 ? '1 net' : `${count} nets`;
}

/** What is true, as an answer says it: `baker`, `Mill Street`, `12 nets`. */
export function factValue(resident: Resident, item: Item): string {
  return item === 'nets' ? netsPhrase(resident.nets) : resident[item];
}

const NET_VALUES: readonly string[] = Array.from({ length: MOST_NETS }, (_, i) => netsPhrase(i + 1));

/** Every value that `item` can have, as an answer says it. */
export function possibleValues(item: Item): readonly string[] {
  switch (item) {
    case 'job':
      return JOBS;
    case 'pet':
      return PETS;
    case 'boat':
      return COLOURS;
    case 'street':
      return STREETS;
    case 'food':
      return FOODS;
    case 'nets':
      return NET_VALUES;
  }
}
