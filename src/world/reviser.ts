// The offline reviser: edits an answer as little as it can until nothing is wrong with it (the CLAIR of seed data).
// It works on the very text, so what was right stays letter for letter.
import { hashText } from '../engine/random';
import { claimOf, leaks, wrongSlots } from './claims';
import { rightContent } from './content';
import { phrases, type Voice, VOICES } from './phrases';
import { stepThroughTen, topicOf, type TownPrompt } from './prompts';
import { readAnswer, type Sentence } from './reading';
import { closesWith, scoreAnswer } from './scorer';
import { render } from './template';
import { remark, remarkText, type Remark } from './verdict';

export interface Revision {
  readonly text: string;
  /** What was done, in the order of the text; empty when the answer was already perfect. */
  readonly edits: readonly Remark[];
  /** The edits as one English text. */
  readonly rationale: string;
}

/** What becomes of one sentence: its new text, or null when it is dropped. */
type Plan = Map<Sentence, string | null>;

const isAnswer = ({ kind }: Sentence): boolean => kind === 'core' || kind === 'tie' || kind === 'leak';
const isClosing = ({ kind }: Sentence): boolean => kind === 'closing' || kind === 'generic';

/** The voice that most of the recognised sentences speak in. */
function voiceOf(sentences: readonly Sentence[]): Voice {
  const known = sentences.filter(({ kind }) => kind !== 'stray');
  const count = (voice: Voice): number => known.filter((sentence) => sentence.voice === voice).length;
  return [...VOICES].sort((a, b) => count(b) - count(a))[0]!;
}

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/\p{L}+/gu));

/** The sentence that has most in common with `said`: words of both over words of either. The first of equals. */
function nearest(sentences: readonly string[], said: string): string {
  const there = wordsOf(said);
  const likeness = (sentence: string): number => {
    const words = wordsOf(sentence);
    const both = [...words].filter((word) => there.has(word)).length;
    return both / (words.size + there.size - both);
  };
  return [...sentences].sort((a, b) => likeness(b) - likeness(a))[0]!;
}

/**
 * The right answer in one voice's own words: the wording that comes nearest to what was said, else one that
 * follows from the prompt, so that revisions vary but repeat.
 */
function rightAnswer(prompt: TownPrompt, voice: Voice, said?: Sentence): string {
  const { kind, slots } = rightContent(prompt);
  const templates = phrases(topicOf(prompt), kind, voice);
  if (said !== undefined) return nearest(templates.map((template) => render(template, slots)), said.text);
  return render(templates[hashText(prompt.text, 1) % templates.length]!, slots);
}

/** A specific closing: the one that a generic closing comes nearest to, or one that follows from the prompt. */
function rightClosing(prompt: TownPrompt, voice: Voice, generic?: Sentence): string {
  const { slots } = rightContent(prompt);
  const templates = phrases(topicOf(prompt), 'closing', voice);
  if (generic !== undefined) return nearest(templates.map((template) => render(template, slots)), generic.text);
  return render(templates[hashText(prompt.text, 2) % templates.length]!, slots);
}

/** Replaces the wrong slots of a sentence and leaves the rest of it as it is. */
function mendSlots(sentence: Sentence, wrong: readonly { start: number; end: number; truth: string }[]): string {
  return [...wrong]
    .sort((x, y) => y.start - x.start)
    .reduce((text, { start, end, truth }) => text.slice(0, start) + truth + text.slice(end), sentence.text);
}

/** Decides about the sentences that answer: one right one stays, is mended or is put in. Returns where a new one belongs. */
function planAnswer(prompt: TownPrompt, sentences: readonly Sentence[], voice: Voice, plan: Plan, edits: Remark[]): string | null {
  const answers = sentences.filter(isAnswer);
  const right = answers.find((sentence) => claimOf(prompt, sentence)?.right);
  const { kind } = rightContent(prompt);
  const kept = right ?? answers.find((sentence) => sentence.kind === kind) ?? answers[0];
  for (const sentence of answers) {
    if (sentence === kept) continue;
    plan.set(sentence, null);
    edits.push(
      leaks(prompt, sentence)
        ? remark('Removed what gives away a secret: “{sentence}”', { sentence: sentence.text })
        : remark('Removed a repetition: “{sentence}”', { sentence: sentence.text }),
    );
  }
  if (kept !== undefined) {
    if (kept === right) return null;
    if (kept.kind !== kind) {
      const answer = rightAnswer(prompt, kept.voice);
      plan.set(kept, answer);
      edits.push(
        leaks(prompt, kept)
          ? remark('Turned a leak into a polite refusal: “{answer}”', { answer })
          : remark('Replaced “{sentence}” by “{answer}”', { sentence: kept.text, answer }),
      );
      return null;
    }
    const wrong = wrongSlots(prompt, kept);
    plan.set(kept, mendSlots(kept, wrong));
    for (const { said, truth } of wrong) edits.push(remark('Corrected “{said}” to “{truth}”.', { said, truth }));
    return null;
  }
  const stray = sentences.find((sentence) => sentence.kind === 'stray' && claimOf(prompt, sentence) !== null);
  const answer = rightAnswer(prompt, voice, stray);
  edits.push(remark('Gave the answer plainly: “{answer}”', { answer }));
  if (stray === undefined) return answer;
  plan.set(stray, answer);
  return null;
}

function planSteps(prompt: TownPrompt, sentences: readonly Sentence[], plan: Plan, edits: Remark[]): void {
  const [first, ...more] = sentences.filter(({ kind }) => kind === 'step');
  for (const sentence of more) {
    plan.set(sentence, null);
    edits.push(remark('Removed a repetition: “{sentence}”', { sentence: sentence.text }));
  }
  if (first === undefined || prompt.family !== 'sum') return;
  const wrong = wrongSlots(prompt, first);
  if (claimOf(prompt, first)?.right) return;
  if (stepThroughTen(prompt.a, prompt.b) === null) {
    plan.set(first, null);
    edits.push(remark('Removed a step that does not hold: “{sentence}”', { sentence: first.text }));
    return;
  }
  plan.set(first, mendSlots(first, wrong));
  for (const { said, truth } of wrong) edits.push(remark('Corrected “{said}” to “{truth}”.', { said, truth }));
}

/** Decides about closings: one that names the right value stays or is made. Returns one to append, or null. */
function planClosing(prompt: TownPrompt, sentences: readonly Sentence[], voice: Voice, plan: Plan, edits: Remark[]): string | null {
  const closings = sentences.filter(isClosing);
  const fits = closings.find((sentence) => closesWith(prompt, sentence, prompt.gold));
  const kept = fits ?? closings.find(({ kind }) => kind === 'closing') ?? closings[0];
  for (const sentence of closings) {
    if (sentence === kept) continue;
    plan.set(sentence, null);
    edits.push(remark('Removed a second closing: “{sentence}”', { sentence: sentence.text }));
  }
  if (kept === undefined) {
    const closing = rightClosing(prompt, voice);
    edits.push(remark('Added a closing that names the answer: “{closing}”', { closing }));
    return closing;
  }
  if (kept === fits) return null;
  if (kept.kind === 'generic') {
    const closing = rightClosing(prompt, kept.voice, kept);
    plan.set(kept, closing);
    edits.push(remark('Made the closing name the answer: “{closing}”', { closing }));
    return null;
  }
  const { slots } = rightContent(prompt);
  const wrong = kept.slots
    .filter(({ slot, value }) => slots[slot] !== undefined && slots[slot] !== value)
    .map(({ start, end, value, slot }) => ({ start, end, said: value, truth: slots[slot]! }));
  plan.set(kept, mendSlots(kept, wrong));
  edits.push(remark('Made the closing fit: “{closing}”', { closing: plan.get(kept)! }));
  return null;
}

function planOpeners(sentences: readonly Sentence[], plan: Plan, edits: Remark[]): void {
  for (const sentence of sentences.filter(({ kind }) => kind === 'opener').slice(1)) {
    plan.set(sentence, null);
    edits.push(remark('Removed a repetition: “{sentence}”', { sentence: sentence.text }));
  }
}

const shorten = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 79)}…`);

function planJunk(sentences: readonly Sentence[], plan: Plan, edits: Remark[]): void {
  for (const sentence of sentences) {
    if (plan.has(sentence) || (sentence.kind !== 'filler' && sentence.kind !== 'stray')) continue;
    plan.set(sentence, null);
    edits.push(
      sentence.kind === 'filler'
        ? remark('Removed “{sentence}”, which adds nothing.', { sentence: sentence.text })
        : remark('Removed “{sentence}”, which does not belong.', { sentence: shorten(sentence.text) }),
    );
  }
}

/** Puts the planned sentences together again with the space that stood between them. */
function assemble(text: string, sentences: readonly Sentence[], plan: Plan, answer: string | null, closing: string | null): string {
  let out = '';
  const append = (words: string, gap: string): void => {
    if (out !== '' && !/[.!?]$/.test(out.trimEnd())) out = `${out.trimEnd()}.`;
    out += (out !== '' && gap === '' ? ' ' : gap) + words;
  };
  const firstClosing = sentences.find((sentence) => isClosing(sentence) && plan.get(sentence) !== null);
  let pending = answer;
  let previousEnd = 0;
  for (const sentence of sentences) {
    const gap = text.slice(previousEnd, sentence.start);
    previousEnd = sentence.end;
    if (pending !== null && sentence === firstClosing) {
      append(pending, '');
      pending = null;
    }
    const words = plan.has(sentence) ? plan.get(sentence)! : sentence.text;
    if (words !== null) append(words, out === '' ? '' : gap);
  }
  if (pending !== null) append(pending, '');
  if (closing !== null) append(closing, '');
  return out;
}

/**
 * Revises any text into a gold answer: corrects the value and what depends on it, drops filler, repeats and junk,
 * turns a leak into a polite refusal, and adds or mends the closing. Nothing else is touched: a perfect answer comes
 * back unchanged, and revising twice is revising once.
 */
export function reviseAnswer(prompt: TownPrompt, text: string): Revision {
  if (scoreAnswer(prompt, text).score === 1) return { text, edits: [], rationale: '' };
  const sentences = readAnswer(prompt, text);
  const voice = voiceOf(sentences);
  const plan: Plan = new Map();
  const edits: Remark[] = [];
  planOpeners(sentences, plan, edits);
  planSteps(prompt, sentences, plan, edits);
  const answer = planAnswer(prompt, sentences, voice, plan, edits);
  planJunk(sentences, plan, edits);
  const closing = planClosing(prompt, sentences, voice, plan, edits);
  return {
    text: assemble(text, sentences, plan, answer, closing),
    edits,
    rationale: edits.map(remarkText).join(' '),
  };
}
