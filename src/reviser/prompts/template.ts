// Prompt templates: the text that a person may edit, its slots, and how texts of others are put into them. Used by the
// requests of the reviser and the judge, and read back by the town's own reviser and judge.
import { UserError, type Remark } from '../../engine/errors';
import { sha256 } from '../../engine/sha256';

/** What is asked for: a revision, which of two answers is better, or how good one answer is. */
export type PromptJob = 'revise' | 'compare' | 'score';

/**
 * The places of a template. `student_solution` is to be made better and `strong_solution` worse: a reader can tell
 * from the name of the place alone what is wanted, whatever a person wrote around it.
 */
export type SlotName = 'task' | 'student_solution' | 'strong_solution' | 'solution_1' | 'solution_2' | 'solution' | 'principle';

export const SLOT_NAMES: readonly SlotName[] = ['task', 'student_solution', 'strong_solution', 'solution_1', 'solution_2', 'solution', 'principle'];

export interface PromptTemplate {
  /** Stable; a person's own wording keeps the id of the preset that it began from. */
  readonly id: string;
  readonly job: PromptJob;
  /** For a person to choose by. */
  readonly title: Remark;
  readonly system: string;
  /** Holds each of `slots` as `{name}` at least once. */
  readonly text: string;
  readonly slots: readonly SlotName[];
  /** What a judge is to weigh one by one. */
  readonly aspects?: readonly string[];
  /** The principle that `{principle}` stands for where nobody writes another. */
  readonly principle?: string;
}

const SLOT = new RegExp(`\\{(${SLOT_NAMES.join('|')})\\}`, 'g');

/** Which wording a reply answered: the template's id and a digest of its text, e.g. `clair@0f3a9c1b2d4e`. */
export function templateVersion({ id, system, text, principle = '' }: PromptTemplate): string {
  return `${id}@${sha256(JSON.stringify([system, text, principle])).slice(0, 12)}`;
}

/**
 * The template in a person's own words.
 * @throws UserError when a place that it needs is gone.
 */
export function editTemplate(template: PromptTemplate, change: { readonly text?: string; readonly system?: string; readonly principle?: string }): PromptTemplate {
  const edited = { ...template, ...change };
  const held = new Set(slotsOf(edited.text));
  for (const slot of template.slots) {
    if (!held.has(slot)) {
      throw new UserError('The prompt has no place for {slot} any more, and was not changed. Put it back where that text belongs.', { slot: `{${slot}}` });
    }
  }
  return edited;
}

/** The slots that a text holds, each once, in the order of the text. */
export function slotsOf(text: string): SlotName[] {
  return [...new Set([...text.matchAll(SLOT)].map((match) => match[1] as SlotName))];
}

export type SlotValues = Readonly<Partial<Record<SlotName, string>>>;

/**
 * A word that stands in none of the texts, and follows from them, so that the same texts make the same request. A text that
 * was written to end its own place would have to hold a digest of itself.
 */
function boundaryFor(values: readonly string[]): string {
  for (let round = 0; ; round++) {
    const boundary = sha256(JSON.stringify([round, ...values])).slice(0, 12);
    if (values.every((value) => !value.includes(boundary))) return boundary;
  }
}

/**
 * Fills every slot in one pass: what a text holds that looks like a slot stays text. Each text stands between tags that no
 * text can close, since the boundary in them occurs in none of the texts. A slot without a value is left as it is written.
 */
export function fillTemplate(text: string, values: SlotValues): string {
  const boundary = boundaryFor(SLOT_NAMES.flatMap((name) => values[name] ?? []));
  return text.replace(SLOT, (slot, name: SlotName) => {
    const value = values[name];
    return value === undefined ? slot : `<${name}-${boundary}>\n${value}\n</${name}-${boundary}>`;
  });
}

const TAG = new RegExp(`<(${SLOT_NAMES.join('|')})-([0-9a-f]{12})>\n`);

/**
 * The texts that a filled template holds, the first of each name; empty where there are none. The first tag of all tells
 * the boundary: what stands before it is the template's own, so no text can put a boundary of its own first.
 */
export function readFilled(filled: string): SlotValues {
  const boundary = TAG.exec(filled)?.[2];
  if (boundary === undefined) return {};
  const values: Partial<Record<SlotName, string>> = {};
  for (const name of SLOT_NAMES) {
    const open = `<${name}-${boundary}>\n`;
    const start = filled.indexOf(open);
    if (start === -1) continue;
    const end = filled.indexOf(`\n</${name}-${boundary}>`, start + open.length - 1);
    if (end !== -1) values[name] = filled.slice(start + open.length, Math.max(end, start + open.length));
  }
  return values;
}
