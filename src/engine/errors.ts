// The one error class whose message is meant for a person. Everything a user can cause ends in one of these.

export type ErrorValues = Readonly<Record<string, string | number>>;

/**
 * An error a person can meet, as a sentence: what happened, what was kept, what to do next.
 * `template` holds named slots such as `{field}`; it is what translations are keyed by,
 * while `message` is the English sentence with the slots filled in.
 */
export class UserError extends Error {
  readonly template: string;
  readonly values: ErrorValues;

  constructor(template: string, values: ErrorValues = {}) {
    super(fillSlots(template, values));
    this.name = 'UserError';
    this.template = template;
    this.values = values;
  }
}

/** The device went away while it was needed. Whoever can get another one catches this; it is no sentence for a person. */
export class DeviceLostError extends Error {
  /** The browser's words. */
  readonly reason: string;

  constructor(kind: string, reason: string) {
    super(`The device was lost (${kind}): ${reason}`);
    this.name = 'DeviceLostError';
    this.reason = reason.trim() || kind;
  }
}

/** Replaces every `{name}` of a template by its value; a slot without a value stays as written. */
export function fillSlots(template: string, values: ErrorValues): string {
  return template.replace(/\{(\w+)\}/g, (slot, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : slot,
  );
}

/** A sentence for a person that is no error: an English template with `{slots}`, which is also the key of its translation. */
export interface Remark {
  readonly template: string;
  readonly values: ErrorValues;
}

/** Makes a remark. The first argument is a string literal, so that it can be extracted for translation. */
export function remark(template: string, values: ErrorValues = {}): Remark {
  return { template, values };
}

/** A remark in English. */
export function remarkText({ template, values }: Remark): string {
  return fillSlots(template, values);
}
