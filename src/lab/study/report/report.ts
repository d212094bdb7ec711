// The report of a study as one HTML file that needs nothing else: what was done, the verdict on each finding, Figure 4,
// Table 1, the results and the adviser's record. Written by the command line, and by the page for whoever wants to keep it.
import { fillSlots, remark, type Remark } from '../../../engine/errors';
import { adviserRecord, type AdviserCall } from '../adviser';
import { contrastivenessTable, contrastMeasures, datasetName, type ContrastMeasure } from '../facts';
import { gridOf, type GridMeasure } from '../grid';
import { BEFORE, columnTitles, modeTitles, resultsTable, scoreColumns, type ResultRow, type ScoreColumn } from '../table';
import { objectiveName } from '../plan';
import type { Interval } from '../statistics';
import type { Round, StudyDocument } from '../types';
import { findings, type EvidenceUnit, type Verdict } from '../verdicts';
import { colorsOf, gridPanel, sharedScale, spread } from './figures';
import { html, type Html } from './html';
import { STYLE } from './style';

/** Puts a sentence into words, by default English ones. */
export type Say = (template: string, values?: Remark['values']) => string;

const MARKS: Readonly<Record<Verdict, string>> = { reproduced: '●', partly: '◐', notAtThisScale: '○', notTested: '–' };
const VERDICTS: Readonly<Record<Verdict, Remark>> = {
  reproduced: remark('Reproduced'),
  partly: remark('Partly'),
  notAtThisScale: remark('Not at this scale'),
  notTested: remark('Not tested'),
};
const MEASURES: Readonly<Record<GridMeasure, Remark>> = {
  logps: remark('Log-likelihood, nats per answer'),
  change: remark('Change of log-likelihood from the reference, nats per answer'),
  rewards: remark('Reward, β times the change'),
};
const CONTRASTS: Readonly<Record<ContrastMeasure, readonly [title: Remark, decimals: number]>> = {
  wordJaccard: [remark('Jaccard, words'), 2],
  tokenJaccard: [remark('Jaccard, tokens'), 2],
  levenshtein: [remark('Levenshtein, characters'), 1],
  lengthDifference: [remark('Winner longer by, words'), 1],
  winnerGold: [remark('Winner’s gold'), 2],
  loserGold: [remark('Loser’s gold'), 2],
};

const OUTCOMES: Readonly<Record<AdviserCall['outcome'], Remark>> = { right: remark('right'), wrong: remark('wrong'), undecided: remark('undecided') };
const UNITS: Readonly<Record<EvidenceUnit, Remark>> = {
  similarity: remark('similarity'), characters: remark('characters'), nats: remark('nats'), gold: remark('gold'), share: remark('share'),
};

/** Decimals of a score column. */
const decimalsOf = (column: ScoreColumn): number => (column === 'tokens' ? 1 : 2);

/** With a minus sign that is as wide as a digit, and none before a zero. */
const fixed = (value: number, decimals: number): string => value.toFixed(decimals).replace(/^-(?=[0.]*$)/, '').replace('-', '−');

function interval({ mean, low, high }: Interval, decimals: number): Html {
  if (!Number.isFinite(mean)) return html`–`;
  const bounds = Number.isFinite(low) && Number.isFinite(high) && (low !== mean || high !== mean);
  return html`${fixed(mean, decimals)}${bounds && html` <small>${fixed(low, decimals)} … ${fixed(high, decimals)}</small>`}`;
}

export function studyReport(document: StudyDocument, say: Say = (template, values = {}) => fillSlots(template, values)): string {
  const told = ({ template, values }: Remark): string => say(template, values);
  const { plan } = document;
  const rounds = [...new Set(document.cells.map(({ round }) => round))].sort((a, b) => a - b);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${plan.name}</title><style>${{ html: STYLE }}</style></head><body>
<h1>${plan.name}</h1>
<p>${told(remark('Anchored Preference Optimization and Contrastive Revisions (arXiv 2408.06266), re-enacted with a small transformer and a town whose answers can be checked. Every number here was computed from the runs of this report.'))}</p>
${provenance(document, told)}
<h2>${told(remark('Findings'))}</h2>
<p>${told(remark('Each rule was written down before the runs. Intervals are 95 % bootstrap intervals.'))}</p>
${findings.map((finding) => {
    const { verdict, sentence, evidence } = finding.judge(document);
    return html`<section class="finding"><h3><span class="mark">${MARKS[verdict]}</span> ${told(finding.claim)}</h3>
<p><strong>${told(VERDICTS[verdict])}.</strong> ${told(sentence)}</p>
<details><summary>${told(remark('Rule and evidence'))}</summary><p>${told(finding.rule)}</p>
<table>${evidence.map(({ label, value, unit }) => html`<tr><th scope="row">${told(label)}</th><td>${interval(value, 2)}</td><td>${told(UNITS[unit])}</td></tr>`)}</table></details></section>`;
  })}
<h2>${told(remark('Figure 4: held-out winners and losers'))}</h2>
${rounds.flatMap((round) => (['change', 'logps', 'rewards'] as const).map((measure) => figure(document, round, measure, told)))}
<h2>${told(remark('Table 1: contrastiveness'))}</h2>
${contrasts(document, told)}
<h2>${told(remark('Results on the benchmark'))}</h2>
${results(document, told)}
<h2>${told(remark('The adviser’s record'))}</h2>
${record(document, told)}
</body></html>
`.html;
}

type Told = (sentence: Remark) => string;

function provenance({ plan, createdAt, lab, runtime, adapters, elapsedMs, cells }: StudyDocument, told: Told): Html {
  const { schedule, train, heldOut, seeds, benchmark } = plan;
  const facts: [Remark, string][] = [
    [remark('Made'), `${createdAt.slice(0, 10)}, Alignment Lab ${lab}, ${runtime}`],
    [remark('Device'), adapters.join('; ')],
    [remark('Time'), told(remark('{minutes} minutes for {cells} cells of {policies} policies', { minutes: (elapsedMs / 60_000).toFixed(1), cells: cells.length, policies: plan.members.length }))],
    [remark('Pairs, training and held out'), `${train} / ${heldOut}`],
    [remark('Seeds'), seeds.join(', ')],
    [remark('Schedule'), told(remark('{steps} steps of {pairs} pairs, the first {warmup} to warm up, learning rate {decay}', { steps: schedule.steps, pairs: schedule.batchSize, warmup: schedule.warmupSteps, decay: schedule.decay }))],
    [remark('Objectives'), plan.members.map(({ objective, label, beta, learningRate }) => `${label ?? objectiveName(objective)} (β ${beta}, ${learningRate})`).join(', ')],
    [remark('Benchmark prompts'), String(benchmark.prompts)],
  ];
  return html`<table class="facts">${facts.map(([label, value]) => html`<tr><th scope="row">${told(label)}</th><td>${value}</td></tr>`)}</table>
<details><summary>${told(remark('The whole plan'))}</summary><pre>${JSON.stringify(plan, null, 1)}</pre></details>`;
}

function figure(document: StudyDocument, round: Round, measure: GridMeasure, told: Told): Html {
  const panels = gridOf(document, round, measure);
  const scale = sharedScale(panels);
  const colors = colorsOf(document.plan.members.map(({ objective }) => objective));
  const names = new Map(panels[0]?.lines.map(({ objective, label }) => [objective, label]));
  return html`<figure><figcaption>${told(remark('Round {round}: {measure}', { round, measure: told(MEASURES[measure]) }))}</figcaption>
<div class="panels">${panels.map((panel) => gridPanel(panel, datasetName(panel.kind), scale, colors, told(remark('step'))))}</div>
<p class="legend">${[...colors].map(([id, color]) => html`<span><i style="background:${color}"></i>${names.get(id) ?? id}</span>`)}<span>${told(remark('solid: winners; dashed: losers; grey: reference; band: all seeds'))}</span></p></figure>`;
}

function contrasts(document: StudyDocument, told: Told): Html {
  const rows = contrastivenessTable(document);
  const valuesOf = (row: (typeof rows)[number], measure: ContrastMeasure): number[] =>
    document.datasets.filter(({ kind, round }) => kind === row.kind && round === row.round).flatMap((facts) => facts[measure]);
  const reach = (measure: ContrastMeasure): [number, number] => {
    const all = rows.flatMap((row) => valuesOf(row, measure));
    return all.length > 0 ? [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))] : [0, 1];
  };
  const reaches = new Map(contrastMeasures.map((measure) => [measure, reach(measure)]));
  const examples = document.datasets.filter(({ seed }) => seed === document.plan.seeds[0]);
  return html`<div class="wide"><table><thead><tr><th>${told(remark('Round'))}</th><th>${told(remark('Dataset'))}</th>${contrastMeasures.map((measure) => html`<th>${told(CONTRASTS[measure][0])}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr><td>${row.round}</td><th scope="row">${datasetName(row.kind)}</th>${contrastMeasures.map((measure) => {
    const [title, decimals] = CONTRASTS[measure];
    return html`<td>${interval(row.measures[measure], decimals)}<br>${spread(valuesOf(row, measure), reaches.get(measure)!, `${told(title)}, ${datasetName(row.kind)}`)}</td>`;
  })}</tr>`)}</tbody></table></div>
<details><summary>${told(remark('Example pairs at the quantiles of the Jaccard similarity'))}</summary>${examples.map((facts) => html`<h3>${datasetName(facts.kind)}, ${told(remark('round {round}', { round: facts.round }))}</h3>
<table>${facts.examples.map(({ quantile, prompt, chosen, rejected, wordJaccard }) => html`<tr><td>${quantile}</td><td>${wordJaccard.toFixed(2)}</td><td>${prompt}</td><td>${chosen}</td><td>${rejected}</td></tr>`)}</table>`)}</details>`;
}

function results(document: StudyDocument, told: Told): Html {
  const rows = resultsTable(document);
  const name = (row: ResultRow): string => (row.objective === BEFORE ? told(remark('Before')) : `${datasetName(row.kind!)} · ${row.label}`);
  return html`${document.plan.benchmark.modes.map((mode) => html`<h3>${told(modeTitles[mode])}</h3><div class="wide"><table><thead><tr><th>${told(remark('Round'))}</th><th>${told(remark('Dataset and objective'))}</th>${scoreColumns.map((column) => html`<th>${told(columnTitles[column])}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr${row.objective === BEFORE && { html: ' class="before"' }}><td>${row.round}</td><th scope="row">${name(row)}</th>${scoreColumns.map((column) => {
    const value = row.modes[mode]?.[column];
    return html`<td>${value === undefined ? '–' : interval(value, decimalsOf(column))}</td>`;
  })}</tr>`)}</tbody></table></div>`)}`;
}

function record(document: StudyDocument, told: Told): Html {
  const calls = adviserRecord(document);
  if (calls.length === 0) return html`<p>${told(remark('The study has no cell that trained both variants.'))}</p>`;
  const heads = [remark('Round'), remark('Dataset'), remark('Seed'), remark('Winners less own answers, gold'), remark('Advice'), remark('APO-zero less APO-down, gold on the benchmark'), remark('Call')];
  return html`<div class="wide"><table><thead><tr>${heads.map((head) => html`<th>${told(head)}</th>`)}</tr></thead>
<tbody>${calls.map(({ round, kind, seed, advice, zeroOverDown, outcome }) => html`<tr><td>${round}</td><th scope="row">${datasetName(kind)}</th><td>${seed}</td><td>${interval(advice.winnerOverOwn, 2)}</td><td>${advice.advice === 'neither' ? told(remark('neither')) : objectiveName(advice.advice)}</td><td>${interval(zeroOverDown, 2)}</td><td>${told(OUTCOMES[outcome])}</td></tr>`)}</tbody></table></div>`;
}
