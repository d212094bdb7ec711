// The town's face towards the lab: prompts, answers, their gold score, revision, judging and pairs.
export { town, findResident, type Item, type Resident, type Town } from './town';
export { type Family, type TownPrompt } from './prompts';
export { splitOf, drawPrompt, drawDistinctPrompts, type WorldSplit } from './split';
export { corpusExample, oracleAnswer, writeAnswer, WRITERS, type CorpusExample, type Writer } from './writers';
