// From answers to the benchmark to the numbers that a study keeps of them: one score for each policy and mode.
import { wordsOf } from '../../preferences/contrastiveness';
import { countWords } from '../../world';
import type { AnswerMode, BenchmarkAnswer, BenchmarkAnswers } from './answers';
import { distinctN, rounded } from './statistics';
import type { PolicyScore } from './types';

const REFERENCE = -1;
const DECIMALS = 4;
const aspects = ['correct', 'clear', 'engaging', 'harmless'] as const;

/**
 * Scores by policy index; -1 is the reference, whose wins against itself are all 0.5.
 * @param baseline answers of the round's reference to the same prompts; left out where they are among the answers themselves.
 */
export function summariseAnswers(found: BenchmarkAnswers, baseline?: BenchmarkAnswers): Map<number, PolicyScore[]> {
  const scores = new Map<number, PolicyScore[]>();
  for (const { policy, mode, answers } of found.policies) {
    const before = referenceAnswers(baseline ?? found, mode);
    if (before.length !== answers.length) throw new RangeError('The reference has answered other prompts than the policies.');
    const list = scores.get(policy) ?? [];
    list.push(summarise(mode, answers, before));
    scores.set(policy, list);
  }
  return scores;
}

function referenceAnswers({ policies }: BenchmarkAnswers, mode: AnswerMode): readonly BenchmarkAnswer[] {
  const reference = policies.find((one) => one.policy === REFERENCE && one.mode === mode);
  if (!reference) throw new RangeError(`The reference has given no ${mode} answers.`);
  return reference.answers;
}

function summarise(mode: AnswerMode, answers: readonly BenchmarkAnswer[], before: readonly BenchmarkAnswer[]): PolicyScore {
  const texts = answers.map(({ text }) => wordsOf(text));
  const words = answers.map(({ text }) => countWords(text));
  const [correct, clear, engaging, harmless] = aspects.map((aspect) => answers.map((answer) => answer.aspects[aspect] ?? 0));
  return {
    mode,
    gold: answers.map(({ gold }) => rounded(4 * gold, 2)),
    correct: correct!,
    clear: clear!,
    engaging: engaging!,
    harmless: harmless!,
    ended: answers.map(({ ended }) => (ended ? 1 : 0)),
    tokens: answers.map(({ tokens }) => tokens),
    words,
    wins: answers.map(({ gold }, i) => (Math.sign(gold - before[i]!.gold) + 1) / 2),
    longer: words.map((count, i) => count - countWords(before[i]!.text)),
    distinct1: rounded(distinctN(texts, 1), DECIMALS),
    distinct2: rounded(distinctN(texts, 2), DECIMALS),
    ...(mode === 'sampled' && sampledFigures(answers)),
  };
}

/** What only samples at temperature 1 tell: there the mean of −log p estimates the entropy, and of log p/q the KL divergence. */
function sampledFigures(answers: readonly BenchmarkAnswer[]): Pick<PolicyScore, 'entropy' | 'kl'> {
  let nats = 0;
  let tokens = 0;
  for (const answer of answers) {
    nats -= answer.logProb;
    // The end token has its share of the log-probability.
    tokens += answer.tokens + (answer.ended ? 1 : 0);
  }
  const judged = answers.every(({ referenceLogProb }) => referenceLogProb !== undefined);
  return {
    ...(tokens > 0 && { entropy: rounded(nats / tokens, DECIMALS) }),
    ...(judged && { kl: answers.map(({ logProb, referenceLogProb }) => rounded(logProb - referenceLogProb!, DECIMALS)) }),
  };
}
