// The names that others give to the columns of preference data. Compared without case, blanks, dashes and underscores.

const aliases = {
  prompt: ['prompt', 'instruction', 'question', 'query', 'input', 'user', 'user prompt', 'user input', 'problem', 'task', 'post', 'history', 'context', 'x'],
  chosen: ['chosen', 'chosen response', 'response chosen', 'chosen answer', 'chosen text', 'chosen completion', 'preferred', 'preferred response', 'preferred answer',
    'preferred output', 'winner', 'winning response', 'win', 'accepted', 'positive', 'better', 'better response', 'good', 'yw', 'y w', 'selected'],
  rejected: ['rejected', 'rejected response', 'response rejected', 'rejected answer', 'rejected text', 'rejected completion', 'dispreferred', 'dispreferred response',
    'nonpreferred', 'non preferred response', 'not preferred', 'unpreferred', 'less preferred', 'loser', 'losing response', 'lose', 'negative', 'worse',
    'worse response', 'bad', 'yl', 'y l', 'reject'],
  system: ['system', 'system prompt', 'system message', 'sys prompt'],
  history: ['history', 'chat history', 'conversation history', 'previous turns', 'context messages'],
  rationale: ['rationale', 'rational', 'reasoning', 'explanation', 'reason', 'justification'],
  tags: ['tags', 'tag', 'category', 'domain'],
  split: ['split'],
  scoreChosen: ['score chosen', 'chosen score', 'chosen rating', 'rating chosen', 'chosen reward', 'reward chosen', 'chosen avg rating'],
  scoreRejected: ['score rejected', 'rejected score', 'rejected rating', 'rating rejected', 'rejected reward', 'reward rejected', 'rejected avg rating'],
  completion: ['completion', 'response', 'answer', 'output', 'generation', 'reply', 'text'],
  label: ['label', 'labels', 'feedback', 'thumbs up', 'desirable', 'is good', 'is preferred', 'rating', 'kto label'],
  completions: ['completions', 'responses', 'answers', 'generations', 'outputs', 'candidates'],
  scores: ['scores', 'ratings', 'rating', 'rewards', 'ranks', 'rank', 'overall scores', 'annotation scores'],
  steps: ['completions', 'steps', 'solution steps'],
  stepLabels: ['labels', 'step labels', 'ratings'],
  first: ['human ref A', 'response a', 'answer a', 'output a', 'completion a', 'a', 'response 0', 'answer 0', 'output 0', 'response 1', 'answer 1', 'output 1',
    'completion 1', 'model a response', 'assistant a', 'conversation a', 'text a'],
  winner: ['labels', 'label', 'winner', 'preference', 'preferred', 'choice', 'better', 'human preference', 'preferred response', 'verdict', 'overall preference', 'better response id'],
} as const;

export type Role = keyof typeof aliases;

/** A column's name as names are compared. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[\s_.-]+/g, '');

const byRole = Object.fromEntries(Object.entries(aliases).map(([role, names]) => [role, names.map(plainName)])) as unknown as Record<Role, readonly string[]>;

/** The columns that could play a role, the likeliest first. */
export function columnsFor(role: Role, columns: readonly string[]): string[] {
  return byRole[role].flatMap((name) => columns.filter((column) => plainName(column) === name));
}

/** How the two sides are told apart. */
const partners: readonly (readonly [string, string])[] = [['a', 'b'], ['0', '1'], ['1', '2']];

/** Columns for two sides of which a label prefers one, such as `response_a` and `response_b`. */
export function sideColumns(columns: readonly string[]): { first: string; second: string } | null {
  for (const first of columnsFor('first', columns)) {
    for (const [one, other] of partners) {
      // Part by part, so that it is the a of `model_a_response` and of `human_ref_A` that is exchanged, and no other.
      const parts = first.toLowerCase().split(/[\s_.-]+|(?<=[a-z])(?=\d)/);
      const wanted = parts.map((part) => (part === one ? other : part)).join('');
      const second = columns.find((column) => column !== first && plainName(column) === wanted);
      if (second !== undefined) return { first, second };
    }
  }
  return null;
}

/** The scores of two such sides, e.g. `score_A` and `score_B`. */
export function scoreColumns(columns: readonly string[]): { scoreFirst: string; scoreSecond: string } | null {
  for (const [one, other] of partners) {
    const find = (side: string): string | undefined =>
      columns.find((column) => [`score${side}`, `rating${side}`, `reward${side}`].includes(plainName(column)));
    const scoreFirst = find(one);
    const scoreSecond = find(other);
    if (scoreFirst !== undefined && scoreSecond !== undefined) return { scoreFirst, scoreSecond };
  }
  return null;
}

const everyName = new Set(Object.values(byRole).flat());

export const isKnownColumn = (name: string): boolean => everyName.has(plainName(name)) || plainName(name) === 'alignmentlab';
