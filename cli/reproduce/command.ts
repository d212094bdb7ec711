// `lab reproduce`: makes the paper's datasets, trains the grid, asks the benchmark, and writes what came of it as a report to
// read, a document with every number, and tables.
import { readFile } from 'node:fs/promises';
import { createCohort, openEngine } from '../../src/engine/engine';
import type { BackendChoice } from '../../src/engine/device';
import { UserError } from '../../src/engine/errors';
import { loadModel, type AssetLoader } from '../../src/lab/assets';
import type { LabEvent } from '../../src/lab/protocol';
import { createLab } from '../../src/lab/runner';
import { studyDocument } from '../../src/lab/study/document';
import { ENDED, runStudy, type CellRecord, type StudyProgress } from '../../src/lab/study/execute';
import { studyReport } from '../../src/lab/study/report/report';
import { fullPlan, parsePlan, quickPlan } from '../../src/lab/study/plan';
import { resultsTable, toCsv, toMarkdown } from '../../src/lab/study/table';
import type { StudyDocument, StudyPlan } from '../../src/lab/study/types';
import { findings } from '../../src/lab/study/verdicts';
import { LAB_VERSION } from '../../src/lab/version';
import { remarkText } from '../../src/world';
import { reasonOf } from '../assets';
import { nodeGpu } from '../gpu';
import { wasmFolder } from '../wasmFolder';
import { openCells } from './cells';

export interface ReproduceCommand {
  readonly out: string;
  readonly quick: boolean;
  /** A file with a plan of one's own. */
  readonly plan: string | undefined;
  readonly backend: BackendChoice;
  readonly json: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function planOf({ plan, quick }: ReproduceCommand): Promise<StudyPlan> {
  if (plan === undefined) return quick ? quickPlan : fullPlan;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(plan, 'utf8'));
  } catch (error) {
    throw new UserError('The plan {path} could not be read: {reason}.', { path: plan, reason: reasonOf(error) });
  }
  return parsePlan(json);
}

/** Carries the study out, or goes on with it. @returns what is to be printed. */
export async function reproduceCommand(command: ReproduceCommand, load: AssetLoader): Promise<string> {
  const plan = await planOf(command);
  const model = await loadModel(load, 'town');
  const runtime = `Node ${process.versions.node}`;
  const folder = await openCells(
    command.out,
    { plan, createdAt: new Date().toISOString(), lab: LAB_VERSION, runtime, backend: command.backend, modelHash: model.hash },
    model.weights.config,
  );
  if (folder.done.length > 0) say(`${folder.done.length} cells were done before`);

  const listeners = new Set<(event: LabEvent) => void>();
  const lab = createLab({
    load,
    createCohort,
    openBackend: async (choice, onLoss) =>
      openEngine({ choice, onLoss, wasmPaths: wasmFolder(), ...(choice === 'webgpu' && { gpu: await nodeGpu() }) }),
    emit: (event) => {
      for (const listener of [...listeners]) listener(event);
    },
  });
  const opened = new Promise<void>((resolve, reject) => {
    listeners.add(function listener(event) {
      if (event.type !== 'opened' && event.type !== 'failed') return;
      listeners.delete(listener);
      if (event.type === 'opened') resolve(say(event.device.adapter));
      else reject(new UserError(event.template, event.values));
    });
  });
  lab.send({ type: 'open', backend: command.backend });
  await opened;

  const ending = new AbortController();
  const interrupt = (): void => ending.abort();
  process.once('SIGINT', interrupt);
  const records: CellRecord[] = [...folder.done];
  try {
    await runStudy({
      plan, tokenizer: model.tokenizer, done: folder.done, signal: ending.signal, now: () => performance.now(),
      lab: { send: lab.send, subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)) },
      keep: async (record) => {
        await folder.keep(record);
        records.push(record);
        say(`  done in ${(record.elapsedMs / 1000).toFixed(1)} s`);
      },
      onProgress: createTelling(),
    });
  } catch (error) {
    if (error !== ENDED) throw error;
    throw new UserError('The study was ended. {count} cells are kept in {path}; the same command goes on with it.', { count: records.length, path: command.out });
  } finally {
    process.removeListener('SIGINT', interrupt);
  }

  const document = studyDocument({ plan, createdAt: folder.frame.createdAt, lab: LAB_VERSION, runtime }, records);
  const rows = resultsTable(document);
  await folder.write('study.json', `${JSON.stringify(document)}\n`);
  await folder.write('results.csv', toCsv(rows));
  await folder.write('results.md', toMarkdown(rows));
  await folder.write('report.html', studyReport(document));
  return command.json ? JSON.stringify(summary(document, command.out), null, 2) : lines(document, command.out);
}

/** Says where the study is, once a stage. */
function createTelling(): (progress: StudyProgress) => void {
  let before = '';
  return ({ key, cell, cells, stage }) => {
    const words = { data: 'making pairs', train: 'training', answers: 'answering the benchmark' }[stage];
    const line = `cell ${cell + 1} of ${cells}: round ${key.round}, ${key.kind}, seed ${key.seed}: ${words}`;
    if (line === before) return;
    before = line;
    say(line);
  };
}

const verdictsOf = (document: StudyDocument) => findings.map((finding) => ({ finding, found: finding.judge(document) }));

function summary(document: StudyDocument, out: string): object {
  return {
    out,
    elapsedMs: document.elapsedMs,
    adapters: document.adapters,
    cells: document.cells.length,
    findings: verdictsOf(document).map(({ finding, found }) => ({
      id: finding.id,
      claim: remarkText(finding.claim),
      rule: remarkText(finding.rule),
      verdict: found.verdict,
      sentence: remarkText(found.sentence),
      evidence: found.evidence.map(({ label, value, unit }) => ({ label: remarkText(label), ...value, unit })),
    })),
    results: resultsTable(document),
  };
}

function lines(document: StudyDocument, out: string): string {
  return [
    ...verdictsOf(document).map(({ finding, found }) => `${found.verdict.padEnd(15)} ${remarkText(finding.claim)}\n                ${remarkText(found.sentence)}`),
    `${(document.elapsedMs / 60_000).toFixed(1)} minutes on ${document.adapters.join('; ')}; report.html, study.json and tables are in ${out}`,
  ].join('\n');
}
