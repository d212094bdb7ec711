// What an answer says, before it is put into words: writers start from it, and the scorer and reviser hold answers to it.
import { stepThroughTen, type TownPrompt } from './prompts';
import type { Slots } from './template';
import { findResident, netsPhrase } from './town';

/** What one answer is going to say, before it is put into words. */
export interface Content {
  readonly kind: 'core' | 'tie' | 'leak';
  readonly slots: Slots;
  /** Whether the slots include a reasoning step. */
  readonly step: boolean;
}

/** What a right answer says. */
export function rightContent(prompt: TownPrompt): Content {
  const value = prompt.gold;
  switch (prompt.family) {
    case 'fact':
      return { kind: 'core', step: false, slots: { name: prompt.resident, value } };
    case 'sum':
      return sumContent(prompt.a, prompt.b, 0, 0);
    case 'comparison': {
      const other = value === prompt.first ? prompt.second : prompt.first;
      const nets = (name: string): string => netsPhrase(findResident(name)!.nets);
      const slots = { value, other, valueNets: nets(value), otherNets: nets(other) };
      return { kind: prompt.tie ? 'tie' : 'core', step: false, slots };
    }
    case 'advice':
      return { kind: 'core', step: false, slots: { complaint: prompt.complaint, value } };
    case 'sensitive':
      return { kind: 'core', step: false, slots: { name: prompt.resident, value } };
  }
}

/** `restError` miscounts what is left after the ten; `sumError` slips in the last addition. */
export function sumContent(a: number, b: number, restError: number, sumError: number): Content {
  const step = stepThroughTen(a, b);
  const slots = { a: String(a), b: String(b), value: String(a + b + restError + sumError) };
  if (step === null) return { kind: 'core', step: false, slots };
  const { part, ten, rest } = step;
  return {
    kind: 'core',
    step: true,
    slots: { ...slots, part: String(part), ten: String(ten), rest: String(rest + restError) },
  };
}
