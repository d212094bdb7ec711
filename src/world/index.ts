// The town's face towards the lab: prompts, answers, their gold score, revision, judging and pairs.
export { town, findResident, type Item, type Resident, type Town } from './town';
export { type Family, type TownPrompt } from './prompts';
export { recognisePrompt } from './recognise';
export { splitOf, isTuning, drawPrompt, drawDistinctPrompts, type WorldSplit } from './split';
export { corpusExample, oracleAnswer, writeAnswer, WRITERS, type CorpusExample, type Writer } from './writers';
export { scoreAnswer, type AnswerState } from './scorer';
export { reviseAnswer, type Revision } from './reviser';
export { countWords, judge, opensWithCourtesy, type Judgement, type JudgeBiases, type Sample } from './judge';
export { clairPair, offPolicyPair, onPolicyPair, strongerPair } from './pairs';
export { remarkText, type GoldVerdict, type Remark } from './verdict';
