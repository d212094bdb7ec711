import { describe, expect, it } from 'vitest';
import { sharedScale, ticksOf } from '../../../../src/lab/study/report/figures';
import { studyReport } from '../../../../src/lab/study/report/report';
import type { StudyDocument } from '../../../../src/lab/study/types';
import { baseline, cell, facts, result, study } from './document';

const curves = (chosen: number, rejected: number) => ({
  curves: { 'eval_logps/chosen': [-7, -7 + chosen], 'eval_logps/rejected': [-9, -9 + rejected], 'eval_rewards/chosen': [0, 0.2 * chosen], 'eval_rewards/rejected': [0, 0.2 * rejected] },
  change: { chosen: [chosen, chosen], rejected: [rejected, rejected] },
});
const cells = (['clair', 'off_policy'] as const).map((kind) => cell(kind, 1, [result('dpo', [2, 2, 3, 4], curves(-3, -8)), result('apo_zero', [4, 4, 4, 3], curves(2, -5))]));
const document: StudyDocument = study({
  datasets: [facts('clair', 1, { wordJaccard: [0.8, 0.9], levenshtein: [20, 20], examples: [{ quantile: 0.5, prompt: '<img src=x onerror=alert(1)>', chosen: 'a & b', rejected: '"c"', wordJaccard: 0.8 }] }), facts('off_policy', 1)],
  baselines: [baseline([2, 2, 2, 2])],
  cells,
});
const named = (name: string): StudyDocument => ({ ...document, plan: { ...document.plan, name } });

describe('the report of a study', () => {
  const report = studyReport(named('<script>alert(1)</script>'));

  it('needs nothing but itself, and shows what others have written as text', () => {
    expect(report).not.toMatch(/<script|<img|<link|<iframe|url\(|@import|https?:/i);
    expect(report).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(report).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(report).toContain('a &amp; b');
    expect(report).toContain("default-src 'none'");
  });

  it('tells verdicts, figures and tables of the study it is given', () => {
    // CLAIR's sides are more alike here, so the first claim holds; its best policy is no better, so the benchmark's does not.
    expect(report).toMatch(/CLAIR is the most contrastive dataset\.<\/h3>\s*<p><strong>Reproduced\./);
    expect(report).toMatch(/CLAIR gives the best benchmark\.<\/h3>\s*<p><strong>Not at this scale\./);
    expect(report.match(/<svg viewBox="0 0 250 190"/g)).toHaveLength(6);
    // A mean a hair below zero is no minus.
    expect(studyReport(study({ datasets: [], baselines: [], cells: [cell('clair', 1, [result('dpo', [2], curves(-0.001, -0.001))])] }))).not.toMatch(/[−-]0\.0+</);
    // APO-zero's four answers of 4, 4, 4 and 3 quarters.
    expect(report).toMatch(/CLAIR · APO-zero<\/th><td>0\.94/);
  });

  it('speaks through whoever translates', () => {
    expect(studyReport(document, (template) => `«${template}»`)).toContain('«CLAIR is the most contrastive dataset.»');
  });
});

describe('its figures', () => {
  it('share an axis over all panels', () => {
    const line = { objective: 'dpo', label: 'DPO', side: 'chosen' as const, steps: [0, 10], mean: [0, 1], low: [0, -4], high: [0, 6] };
    const panel = { kind: 'clair' as const, round: 1 as const, reference: { chosen: 0, rejected: 0 }, lines: [line] };
    const scale = sharedScale([panel, { ...panel, lines: [{ ...line, steps: [0, 20], low: [0, -10], high: [0, 0] }] }]);
    expect(scale.low).toBeCloseTo(-10.64);
    expect(scale.high).toBeCloseTo(6.64);
    expect(scale.steps).toBe(20);
  });

  it.each([[0, 100, [0, 50, 100]], [-10.64, 6.64, [-10, -5, 0, 5]], [0, 6, [0, 2, 4, 6]], [-0.21, 0.14, [-0.2, -0.1, 0, 0.1]]])('have round ticks from %d to %d', (low, high, ticks) => {
    expect(ticksOf(low, high)).toEqual(ticks);
  });
});
