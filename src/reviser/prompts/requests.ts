// From a template and the texts of a pair to the request that is sent. Used by the queue's tasks, the page and the command line.
import type { Turn } from '../../preferences/pair';
import type { ChatReply, ChatRequest } from '../chat';
import { fillTemplate, type PromptTemplate, type SlotValues } from './template';

export interface AskSettings {
  readonly model: string;
  /** The paper's reviser ran at 0.7. */
  readonly temperature: number;
  readonly maxTokens: number;
  /** Alternatives of each token to ask for, where the server can tell them; for soft labels. */
  readonly topLogprobs?: number;
  /** Which asking this is, where the same is asked again on purpose. */
  readonly sample?: number;
}

/** The settings that the paper's pairs were made with (arXiv 2408.06266, and its notebook), but for the model. */
export const REVISER_SETTINGS = { temperature: 0.7, maxTokens: 4096 } as const;
/** A judge is asked for its likeliest verdict. */
export const JUDGE_SETTINGS = { temperature: 0, maxTokens: 1024, topLogprobs: 5 } as const;

const SPEAKERS = { system: 'System', user: 'User', assistant: 'Assistant' } as const;

/** What was asked, as one text: the prompt alone, or with what came before it as a conversation. */
export function taskText({ prompt, history = [] }: { readonly prompt: string; readonly history?: readonly Turn[] }): string {
  if (history.length === 0) return prompt;
  const turns: readonly Turn[] = [...history, { role: 'user', content: prompt }];
  return turns.map(({ role, content }) => `${SPEAKERS[role]}: ${content}`).join('\n\n');
}

function request(template: PromptTemplate, values: SlotValues, settings: AskSettings): ChatRequest {
  return {
    model: settings.model,
    system: template.system,
    messages: [{ role: 'user', content: fillTemplate(template.text, values) }],
    temperature: settings.temperature,
    maxTokens: settings.maxTokens,
    topLogprobs: settings.topLogprobs ?? 0,
    sample: settings.sample ?? 0,
  };
}

/** Asks for a revision of `solution`; what becomes of it is the template's affair. */
export function revisionRequest(
  template: PromptTemplate,
  { task, solution }: { readonly task: string; readonly solution: string },
  settings: AskSettings,
): ChatRequest {
  const { principle } = template;
  return request(template, { task, student_solution: solution, strong_solution: solution, ...(principle !== undefined && { principle }) }, settings);
}

/** Asks which of two answers is better, once in each order: first `a` shown first, then `b`. */
export function comparisonRequests(
  template: PromptTemplate,
  { task, a, b }: { readonly task: string; readonly a: string; readonly b: string },
  settings: AskSettings,
): readonly [ChatRequest, ChatRequest] {
  return [
    request(template, { task, solution_1: a, solution_2: b }, settings),
    request(template, { task, solution_1: b, solution_2: a }, settings),
  ];
}

/** Asks how good one answer is. */
export function scoreRequest(
  template: PromptTemplate,
  { task, solution }: { readonly task: string; readonly solution: string },
  settings: AskSettings,
): ChatRequest {
  return request(template, { task, solution }, settings);
}

/** Asks again with what a person has to say about the reply, as a next turn of the same conversation. */
export function askAgain(before: ChatRequest, reply: Pick<ChatReply, 'text'>, comment: string): ChatRequest {
  const again = `About your revision: ${comment}\n\nGive the whole reply again in the same form as before, with both marks.`;
  return { ...before, messages: [...before.messages, { role: 'assistant', content: reply.text.trim() === '' ? '(no reply)' : reply.text }, { role: 'user', content: again }] };
}
