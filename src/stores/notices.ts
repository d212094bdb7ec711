// Short messages that appear over the page: what went wrong, what was kept, and sometimes a way back.
import { createStore } from 'zustand/vanilla';
import { UserError, type ErrorValues } from '../engine/errors';

/** A sentence to be translated where it is shown. */
export interface Sentence {
  readonly template: string;
  readonly values: ErrorValues;
}

/** Makes a sentence. The template is a string literal, so that it can be extracted for translation. */
export function sentence(template: string, values: ErrorValues = {}): Sentence {
  return { template, values };
}

export interface Notice {
  readonly id: number;
  readonly kind: 'plain' | 'problem';
  readonly sentence: Sentence;
  /** A way back, e.g. after a deletion. */
  readonly undo?: () => void;
}

export interface NoticesState {
  readonly notices: readonly Notice[];
}

export const noticesStore = createStore<NoticesState>()(() => ({ notices: [] }));

let nextId = 1;

function sameValues(a: ErrorValues, b: ErrorValues): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/**
 * Shows a message. One that is already there is not shown again; one that says the same of something else, such as
 * another field of a wrong recipe, takes the place of the earlier one.
 */
export function notify(kind: Notice['kind'], sentence: Sentence, undo?: () => void): number {
  const known = noticesStore
    .getState()
    .notices.find((one) => one.sentence.template === sentence.template && one.undo === undefined && undo === undefined);
  if (known !== undefined && known.kind === kind && sameValues(known.sentence.values, sentence.values)) return known.id;
  const id = nextId++;
  const notice: Notice = { id, kind, sentence, ...(undo === undefined ? {} : { undo }) };
  noticesStore.setState(({ notices }) => ({ notices: [...notices.filter((one) => one !== known), notice] }));
  return id;
}

export function dismissNotice(id: number): void {
  noticesStore.setState(({ notices }) => ({ notices: notices.filter((one) => one.id !== id) }));
}

/** The sentence of any error. What is not meant for people is wrapped in a sentence that is. */
export function sentenceOf(error: unknown): Sentence {
  if (error instanceof UserError) return { template: error.template, values: error.values };
  const wrapped = new UserError('Something failed that the lab did not expect: {reason}. Your work up to here is kept.', {
    reason: error instanceof Error ? error.message : String(error),
  });
  return { template: wrapped.template, values: wrapped.values };
}

/** Reports an error as a notice; made to be the second argument of a promise's `then`. */
export function report(error: unknown): void {
  notify('problem', sentenceOf(error));
}
