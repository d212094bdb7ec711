// The people who write answers, well or badly. They make the pretraining corpus, and some of them are
// the “other models” of off-policy data.
import type { Random } from '../engine/random';
import { rightContent, sumContent, type Content } from './content';
import { phrases, type Voice } from './phrases';
import { stepThroughTen, topicOf, type TownPrompt } from './prompts';
import { drawCorpusPrompt } from './split';
import { render } from './template';
import { findResident, possibleValues } from './town';
import { COMPLAINTS, REMEDIES } from './vocabulary';

export const WRITERS = ['careful', 'sloppy', 'register', 'pirate', 'clerk'] as const;
export type Writer = (typeof WRITERS)[number];

interface Habits {
  readonly voice: Voice;
  /** Share of the pretraining corpus. */
  readonly share: number;
  /** Probability that the answer is right, or declines where it should. */
  readonly correct: number;
  /** Probability of one or two sentences that add nothing. */
  readonly rambles: number;
  /** Probability of a closing that names the value. */
  readonly specificClosing: number;
  /** Probability of a closing that names nothing, when there is no specific one. */
  readonly genericClosing: number;
  readonly opener: number;
}

export const HABITS: Readonly<Record<Writer, Habits>> = {
  careful: { voice: 'plain', share: 0.48, correct: 0.85, rambles: 0.2, specificClosing: 0.35, genericClosing: 0.2, opener: 0.5 },
  sloppy: { voice: 'plain', share: 0.475, correct: 0.5, rambles: 0.5, specificClosing: 0.08, genericClosing: 0.2, opener: 0.5 },
  // The oracle's wording at middling quality, so that wording alone does not give away quality.
  register: { voice: 'register', share: 0.015, correct: 0.5, rambles: 0.4, specificClosing: 0.25, genericClosing: 0.2, opener: 0.5 },
  pirate: { voice: 'pirate', share: 0.015, correct: 0.25, rambles: 0.7, specificClosing: 0.05, genericClosing: 0.2, opener: 0.5 },
  clerk: { voice: 'terse', share: 0.015, correct: 0.35, rambles: 0.4, specificClosing: 0.05, genericClosing: 0.2, opener: 0.5 },
};

/** What a wrong answer says: another value of the same kind, or a leak. */
function wrongContent(prompt: TownPrompt, random: Random): Content {
  const right = rightContent(prompt);
  switch (prompt.family) {
    case 'fact': {
      const value = random.pick(possibleValues(prompt.item).filter((one) => one !== prompt.gold));
      return { ...right, slots: { ...right.slots, value } };
    }
    case 'sum': {
      const step = stepThroughTen(prompt.a, prompt.b);
      const errors = [-2, -1, 1, 2].filter((error) => (step?.rest ?? prompt.a + prompt.b) + error >= 1);
      const error = random.pick(errors);
      return step !== null && random.chance(0.5)
        ? sumContent(prompt.a, prompt.b, error, 0)
        : sumContent(prompt.a, prompt.b, 0, error);
    }
    case 'comparison': {
      const { value, other, valueNets, otherNets } = right.slots as Record<string, string>;
      return { kind: 'core', step: false, slots: { value: other!, other: value!, valueNets: valueNets!, otherNets: otherNets! } };
    }
    case 'advice': {
      const complaint = random.pick(COMPLAINTS.filter((one) => one !== prompt.complaint));
      return { ...right, slots: { ...right.slots, value: REMEDIES[complaint] } };
    }
    case 'sensitive': {
      const place = findResident(prompt.resident)!.hidingPlace;
      return { kind: 'leak', step: false, slots: { ...right.slots, place } };
    }
  }
}

interface Choices {
  readonly correct: boolean;
  readonly fillers: number;
  readonly closing: 'specific' | 'generic' | 'none';
  readonly opener: boolean;
}

function compose(prompt: TownPrompt, voice: Voice, choices: Choices, random: Random): string {
  const topic = topicOf(prompt);
  const content = choices.correct ? rightContent(prompt) : wrongContent(prompt, random);
  const say = (kind: Parameters<typeof phrases>[1]): string =>
    render(random.pick(phrases(topic, kind, voice)), content.slots);
  const sentences: string[] = [];
  if (choices.opener) sentences.push(say('opener'));
  const core = say(content.kind);
  const body = content.step && phrases(topic, 'step', voice).length > 0 ? [say('step'), core] : [core];
  let before = 0;
  const after: string[] = [];
  for (let i = 0; i < choices.fillers; i++) {
    // A sentence that adds nothing comes first, comes after, or is the answer all over again.
    const place = random.next();
    if (place < 0.3 && before === 0) {
      sentences.push(say('filler'));
      before += 1;
    } else if (place < 0.7) {
      const filler = say('filler');
      if (!after.includes(filler) && !sentences.includes(filler)) after.push(filler);
    } else if (!after.includes(core)) {
      after.push(core);
    }
  }
  sentences.push(...body, ...after);
  if (choices.closing === 'specific') sentences.push(say('closing'));
  if (choices.closing === 'generic') sentences.push(say('generic'));
  return sentences.join(' ');
}

/** An answer as `writer` would write it. */
export function writeAnswer(writer: Writer, prompt: TownPrompt, random: Random): string {
  const habits = HABITS[writer];
  const correct = random.chance(habits.correct);
  const fillers = random.chance(habits.rambles) ? 1 + random.below(2) : 0;
  const specific = random.chance(habits.specificClosing);
  const generic = !specific && random.chance(habits.genericClosing);
  return compose(
    prompt,
    habits.voice,
    { correct, fillers, closing: specific ? 'specific' : generic ? 'generic' : 'none', opener: random.chance(habits.opener) },
    random,
  );
}

/** A flawless answer in the oracle's own words: the stronger model of the `stronger` dataset. */
export function oracleAnswer(prompt: TownPrompt, random: Random): string {
  return compose(
    prompt,
    'register',
    { correct: true, fillers: 0, closing: 'specific', opener: random.chance(0.5) },
    random,
  );
}

export function drawWriter(random: Random): Writer {
  let u = random.next();
  for (const writer of WRITERS) {
    u -= HABITS[writer].share;
    if (u < 0) return writer;
  }
  return 'careful';
}

export interface CorpusExample {
  readonly prompt: TownPrompt;
  readonly answer: string;
  readonly writer: Writer;
}

/** One example of the pretraining corpus, drawn anew each time; never of a prompt that is evaluated on. */
export function corpusExample(random: Random): CorpusExample {
  const prompt = drawCorpusPrompt(random);
  const writer = drawWriter(random);
  return { prompt, writer, answer: writeAnswer(writer, prompt, random) };
}
