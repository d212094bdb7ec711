// `lab revise` and `lab judge`: pairs of any known format put to a chat model, by the same code as the page. Every reply lies
// in a journal beside the output before it counts, so a run that was broken off goes on where it was when it is run again.
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../src/engine/errors';
import { exportPairs } from '../../src/preferences/export';
import { importPairs, type ImportReport } from '../../src/preferences/import';
import type { PreferencePair } from '../../src/preferences/pair';
import type { Job, JobItem } from '../../src/reviser/jobs';
import { memoryJobs } from '../../src/reviser/memoryJobs';
import type { QueueProgress } from '../../src/reviser/progress';
import type { Ending, Queue } from '../../src/reviser/queue';
import { openJob, pairOfItem } from '../../src/reviser/runJob';
import { reasonOf } from '../assets';
import { openFile, openOut, readMapping } from '../files';
import { defaults, type Printed } from '../importCommand';
import { openJournal, type Journal } from './journal';
import type { AskCommand } from './options';
import { rejectedLine, summarise, summaryText } from './summary';

const JOB = 'cli';

/** @throws UserError for bad input, before anything is asked. */
export async function askCommand(command: AskCommand): Promise<Printed> {
  const { file, out } = command;
  if (file !== '-' && resolve(file) === resolve(out)) throw new UserError('--out must be another file than the one that is read, {file}, or it could not be gone on with.', { file });
  const source = await openFile(file);
  const mapping = await readMapping(command.mapping);
  await access(dirname(resolve(out))).catch((error: unknown) => {
    throw new UserError('The pairs cannot be written to {path}: {reason}.', { path: out, reason: reasonOf(error) });
  });
  const pairs: PreferencePair[] = [];
  const report = await importPairs(source, { ...defaults, ...mapping, measure: false, onPairs: (chunk) => void pairs.push(...chunk.map(({ pair }) => pair)) });
  if (report.incomplete) throw new UserError(report.incomplete.template, report.incomplete.values);
  if (pairs.length > command.max) pairs.length = command.max;
  // One that the shape can not hold is better met now than after an hour of asking.
  for await (const _ of exportPairs(pairs, { shape: command.shape, format: 'jsonl' })) continue;

  const journal = await openJournal(beside(out, 'journal'));
  try {
    return await work(command, pairs, report, journal);
  } finally {
    await journal.close();
  }
}

/** OUT.jsonl and `rejected` give OUT.rejected.jsonl. */
const beside = (out: string, name: string): string => `${out.replace(/\.jsonl$/i, '')}.${name}.jsonl`;

async function work(command: AskCommand, pairs: readonly PreferencePair[], report: ImportReport, journal: Journal): Promise<Printed> {
  const { kind, out, shape, template, settings, limits, provider, baseUrl, json } = command;
  const spent = journal.tokens();
  const job: Job = { id: JOB, name: report.name, createdAt: Date.now(), kind, dataset: '', template, settings, limits, provider: { kind: provider.identity.kind, baseUrl }, spent };
  const jobs = memoryJobs();
  await jobs.createJob(job, pairs);
  if (journal.size() > 0) say(`${journal.size()} replies of an earlier run are found in ${journal.path}`);
  if (journal.damaged > 0) say(`${journal.damaged} lines of ${journal.path} hold no reply and are passed over`);
  const queue = await openJob(JOB, { provider, jobs, replies: journal, onProgress: reporter() });
  const ending = await untilInterrupted(queue);

  const rejectedOut = beside(out, 'rejected');
  const items = await jobs.loadItems(JOB);
  const written = await write(out, rejectedOut, items, job, journal, shape);
  const summary = summarise({ job, items, ending, progress: queue.progress(), spentBefore: spent, report, out, rejected: rejectedOut, journal: journal.path, written });
  const text = json ? JSON.stringify(summary, null, 2) : summaryText(summary);
  if (ending.kind === 'finished') return { text };
  if (ending.kind === 'aborted') {
    const failure = new UserError('It was stopped. All replies are kept in {path}; run the same command again to go on.', { path: journal.path });
    return { text, failure, status: 130 };
  }
  return { text, failure: new UserError(ending.reason!.template, ending.reason!.values) };
}

/** Runs to the end. At the first Ctrl-C what is in flight comes to its end, at the second it is broken off. */
async function untilInterrupted(queue: Queue): Promise<Ending> {
  let times = 0;
  const interrupt = (): void => {
    times += 1;
    if (times === 1) {
      say('stopping when the requests in flight are answered; press Ctrl-C again to break them off');
      queue.stop();
    } else queue.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await queue.run();
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

/** The pairs as they are known now, and every item that gave none with its reasons. @returns how many lines of each. */
async function write(out: string, rejectedOut: string, items: readonly JobItem[], job: Job, journal: Journal, shape: AskCommand['shape']): Promise<{ pairs: number; rejected: number }> {
  const pairsFile = await openOut(out);
  const rejectedFile = await openOut(rejectedOut);
  const written = { pairs: 0, rejected: 0 };
  let done = false;
  try {
    for (const item of items) {
      const pair = pairOfItem(item, job);
      if (pair !== null) {
        await pairsFile.write(await lineOf(pair, shape));
        written.pairs += 1;
      } else if (item.status !== 'waiting') {
        const last = item.replies.at(-1);
        const reply = last === undefined ? undefined : await journal.get(last);
        await rejectedFile.write(`${JSON.stringify(rejectedLine(item, job, reply))}\n`);
        written.rejected += 1;
      }
    }
    done = true;
  } finally {
    await pairsFile.close(done);
    await rejectedFile.close(done);
  }
  return written;
}

/** As `lab import` writes it, with why the winner is better. */
async function lineOf(pair: PreferencePair, shape: AskCommand['shape']): Promise<string> {
  let line = '';
  for await (const piece of exportPairs([pair], { shape, format: 'jsonl' })) line += piece;
  if (shape === 'lab' || pair.rationale === undefined) return line;
  return `${JSON.stringify({ ...(JSON.parse(line) as object), rationale: pair.rationale })}\n`;
}

const EVERY_MS = 2000;

/** Tells how far it is, every two seconds and at the end. */
function reporter(): (progress: QueueProgress) => void {
  let last = Date.now();
  return (progress) => {
    if (progress.state !== 'ended' && Date.now() - last < EVERY_MS) return;
    last = Date.now();
    const { total, done, failed, requests, tokens, money, leftMs, heldUntil } = progress;
    const held = heldUntil === undefined ? 0 : Math.ceil((heldUntil - Date.now()) / 1000);
    say(
      [
        `${done} of ${total} done`,
        ...(failed > 0 ? [`${failed} failed`] : []),
        `${requests} requests`,
        `${tokens.input + tokens.output} tokens${money === undefined ? '' : ` ($${money.toFixed(4)})`}`,
        ...(held > 0 ? [`the server asks to wait ${held} s`] : []),
        ...(leftMs === undefined || progress.state === 'ended' ? [] : [`${duration(leftMs)} left`]),
      ].join(', '),
    );
  };
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
