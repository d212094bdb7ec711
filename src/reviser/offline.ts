// The town's own reviser and judge as a chat model: no network, no key. It reads the lab's own prompts, whatever a person
// wrote around their slots, and replies with the marks that real models are asked for. Served by the relay's `--offline`.
import { createRandom, hashText } from '../engine/random';
import { judge, recognisePrompt, remarkText, reviseAnswer, scoreAnswer, type JudgeBiases, type TownPrompt } from '../world';
import type { ChatFinish, ChatOptions, ChatProvider, ChatReply, ChatRequest } from './chat';
import { REASONING_MARK, REVISION_MARK } from './marks';
import { estimateRequest, estimateTokens } from './prices';
import { LEAST_SCORE, MOST_SCORE } from './prompts/judging';
import { readFilled, type SlotValues } from './prompts/template';

export const OFFLINE_MODEL = 'town';

interface Said {
  readonly text: string;
  readonly finish: ChatFinish;
}

const refuse = (text: string): Said => ({ text, finish: 'refused' });

/** What stands in a reason may quote an answer, and an answer may hold marks: in one line and without braces it is none. */
const plain = (reason: string): string => reason.replace(/\s+/g, ' ').replace(/[{｛]/g, '(').replace(/[}｝]/g, ')').replace(/[[\]]/g, '|');

function revise(prompt: TownPrompt, solution: string, commented: boolean): Said {
  const { text, rationale } = reviseAnswer(prompt, solution);
  const reasons = [
    rationale === '' ? 'Nothing needs to change.' : plain(rationale),
    ...(commented ? ['(The town’s own reviser can not take comments into account.)'] : []),
  ];
  return { text: `${REASONING_MARK}: ${reasons.join(' ')}\n\n${REVISION_MARK}: ${text}`, finish: 'stop' };
}

function compare(prompt: TownPrompt, first: string, second: string, asked: ChatRequest, content: string, biases?: JudgeBiases): Said {
  const random = createRandom(hashText(content), asked.sample);
  const { winner } = judge(prompt, { text: first }, { text: second }, random, biases);
  const verdicts = [first, second].map((text) => scoreAnswer(prompt, text));
  const reasons = verdicts.map(({ problems }, index) =>
    problems.length === 0 ? `Nothing is wrong with solution ${index + 1}.` : `Solution ${index + 1}: ${plain(problems.map(remarkText).join(' '))}`,
  );
  // Only where the prompt has a line for an aspect is one given.
  const aspects = Object.keys(verdicts[0]!.aspects).filter((aspect) => new RegExp(`^${aspect}:`, 'm').test(content));
  const lines = aspects.map((aspect) => {
    const [x, y] = verdicts.map((verdict) => verdict.aspects[aspect]!) as [number, number];
    return `${aspect}: ${x === y ? 'tie' : x > y ? 1 : 2}`;
  });
  return { text: [...reasons, ...lines, `[${winner + 1}]`].join('\n'), finish: 'stop' };
}

function score(prompt: TownPrompt, solution: string): Said {
  const { score: gold, problems } = scoreAnswer(prompt, solution);
  const reasons = problems.length === 0 ? 'Nothing is wrong with it.' : plain(problems.map(remarkText).join(' '));
  return { text: `${reasons}\n[${Math.round(LEAST_SCORE + gold * (MOST_SCORE - LEAST_SCORE))}]`, finish: 'stop' };
}

function answer(request: ChatRequest, biases?: JudgeBiases): Said {
  const asked = request.messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => ({ content, slots: readFilled(content) }))
    .find(({ slots }) => slots.task !== undefined);
  if (asked === undefined) return refuse('I am the reviser and judge of a small town, and answer only the prompts of the Alignment Lab.');
  const { content, slots }: { content: string; slots: SlotValues } = asked;
  const prompt = recognisePrompt(slots.task!);
  if (prompt === null) return refuse('I only know the town, and this task is not about it. Choose a real model to have it revised or judged.');
  if (slots.strong_solution !== undefined) return refuse('I can only make answers better. Choose a real model to have them made worse.');
  if (slots.student_solution !== undefined) return revise(prompt, slots.student_solution, request.messages.length > 1);
  if (slots.solution_1 !== undefined && slots.solution_2 !== undefined) {
    return compare(prompt, slots.solution_1, slots.solution_2, request, content, biases);
  }
  if (slots.solution !== undefined) return score(prompt, slots.solution);
  return refuse('The prompt holds a task, but no solution to it.');
}

/** The reply within the limit that was asked for, as any model would be held to it. */
function limited({ text, finish }: Said, maxTokens: number): Said {
  if (estimateTokens(text) <= maxTokens) return { text, finish };
  const words = text.match(/\s*\S+/g) ?? [];
  while (words.length > 0 && estimateTokens(words.join('')) > maxTokens) words.length = Math.floor(words.length * 0.9);
  return { text: words.join(''), finish: 'length' };
}

/**
 * Replies at once, and the same to the same request. A task that is not the town's gets a reply that says so, with
 * `finish: 'refused'`; so does a request to make an answer worse.
 * @param biases those of a real judge, to dial in.
 */
export function offlineProvider({ biases }: { readonly biases?: JudgeBiases } = {}): ChatProvider {
  return {
    identity: { kind: 'offline', origin: biases === undefined ? 'offline' : `offline ${JSON.stringify(biases)}` },
    complete: (request: ChatRequest, { signal, onText }: ChatOptions = {}): Promise<ChatReply> =>
      new Promise((resolve) => {
        signal?.throwIfAborted();
        const { text, finish } = limited(answer(request, biases), request.maxTokens);
        onText?.(text);
        resolve({
          text,
          finish,
          model: OFFLINE_MODEL,
          usage: { input: estimateRequest(request).input, output: estimateTokens(text) },
          ...(request.topLogprobs > 0 && { without: ['logprobs'] as const }),
        });
      }),
  };
}
