// What a finding of the paper is in a study: a claim, a rule written down before any run, and what the rule makes of a document.
import { remark, type Remark } from '../../engine/errors';
import type { Interval } from './statistics';
import type { StudyDocument } from './types';

export type Verdict = 'reproduced' | 'partly' | 'notAtThisScale' | 'notTested';

/** `similarity`, `share` and `gold` lie in [0, 1], differences of gold in [−1, 1]; `nats` are of a whole answer. */
export type EvidenceUnit = 'similarity' | 'characters' | 'nats' | 'gold' | 'share';

export interface Evidence {
  readonly label: Remark;
  readonly value: Interval;
  readonly unit: EvidenceUnit;
}

export interface Judged {
  readonly verdict: Verdict;
  /** The verdict in words, with its numbers. */
  readonly sentence: Remark;
  readonly evidence: readonly Evidence[];
}

export interface Finding {
  readonly id: string;
  readonly claim: Remark;
  readonly rule: Remark;
  /** Of a document that is half done it tells what the done half says. */
  readonly judge: (document: StudyDocument) => Judged;
}

export const notTested = (): Judged => ({ verdict: 'notTested', sentence: remark('The study has nothing, or nothing yet, that tests this.'), evidence: [] });

/** Where a claim is asked of several datasets or tests one by one. */
export const verdictOf = (held: number, asked: number): Verdict => (held === asked ? 'reproduced' : held > 0 ? 'partly' : 'notAtThisScale');
