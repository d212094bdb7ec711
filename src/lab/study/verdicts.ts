// The paper's findings, each with a rule that was written down before any run, in the order in which the paper tells them.
// The page, the command line and the report show what these rules make of a study's document.
import { best, rule, weak } from './benchmarkFindings';
import type { Finding } from './finding';
import { chance, contrast, down, zero } from './likelihoodFindings';

export type { Evidence, EvidenceUnit, Finding, Judged, Verdict } from './finding';

export const findings: readonly Finding[] = [contrast, zero, down, chance, best, weak, rule];
