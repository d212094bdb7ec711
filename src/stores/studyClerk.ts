// The work of a study worker: carries a stored re-enactment out by asking the lab through the page, keeps each cell as it is
// finished, and works out what the page shows. Without a worker around it in tests.
import { UserError } from '../engine/errors';
import type { Tokenizer } from '../engine/tokenizer/tokenizer';
import { loadTokenizer } from '../engine/tokenizer/tokenizer';
import { fetchAssets, loadJson, modelFile, type AssetLoader } from '../lab/assets';
import type { LabEvent } from '../lab/protocol';
import { studyDocument } from '../lab/study/document';
import { ENDED, runStudy, type CellRecord } from '../lab/study/execute';
import { cellsOf } from '../lab/study/plan';
import { studyReport } from '../lab/study/report/report';
import type { StudyDocument } from '../lab/study/types';
import { loadPolicies, loadStudy, saveCell } from '../storage/studies';
import { parseStudy } from './studyDocument';
import type { FromClerk, Said, StudyFile, StudySource, ToClerk } from './studyProtocol';
import { viewOf } from './studyView';

/** The study that ships: made by the command line with the code that makes one here. */
export const SHIPPED_STUDY = 'studies/paper.json';

const MODEL = 'town';

function saidOf(error: unknown): Said {
  if (error instanceof UserError) return { template: error.template, values: error.values };
  const { template, values } = new UserError('The re-enactment failed in a way that the lab did not expect: {reason}. The cells that are done are kept; go on to try again.', {
    reason: error instanceof Error ? error.message : String(error),
  });
  return { template, values };
}

export interface ClerkOptions {
  readonly post: (event: FromClerk) => void;
  /** Gives a shipped file's bytes; by default it is fetched from where the greeting says. */
  readonly load?: AssetLoader;
  readonly now?: () => number;
}

export function createClerk({ post, load: given, now = () => performance.now() }: ClerkOptions) {
  let base = '';
  const load: AssetLoader = (path) => (given ?? fetchAssets(base))(path);
  const listeners = new Set<(event: LabEvent) => void>();
  let under: AbortController | undefined;
  let tokenizer: Promise<Tokenizer> | undefined;
  let shipped: Promise<StudyDocument | undefined> | undefined;

  async function carryOut(id: string): Promise<void> {
    if (under) return;
    const mine = new AbortController();
    under = mine;
    try {
      tokenizer ??= loadJson(load, modelFile(MODEL, 'tokenizer.json')).then(loadTokenizer);
      tokenizer.catch(() => (tokenizer = undefined));
      const stored = await loadStudy(id);
      if (!stored) throw new UserError('This re-enactment is no longer stored; it was deleted, perhaps in another tab. Nothing was changed.');
      const { plan } = stored.study;
      const policies = await loadPolicies(id);
      const places = new Map(cellsOf(plan).map(({ kind, seed, round }, place) => [`${kind} ${seed} ${round}`, place]));
      await runStudy({
        plan,
        tokenizer: await tokenizer,
        done: stored.records.map((record): CellRecord => {
          const { kind, seed, round } = record.key;
          const next = round === 1 && kind === plan.secondRound?.from.dataset ? policies.get(seed) : undefined;
          return { ...record, ...(next && { next }) };
        }),
        lab: {
          send: (request) => post({ type: 'send', request }),
          subscribe: (listener) => {
            listeners.add(listener);
            return () => listeners.delete(listener);
          },
        },
        keep: async (record) => {
          const { kind, seed, round } = record.key;
          post({ type: 'kept', study: await saveCell(id, places.get(`${kind} ${seed} ${round}`)!, record) });
        },
        onProgress: (progress) => post({ type: 'progress', progress }),
        signal: mine.signal,
        now,
      });
      under = undefined;
      post({ type: 'over', how: 'finished' });
    } catch (error) {
      under = undefined;
      if (error === ENDED || mine.signal.aborted) post({ type: 'over', how: 'ended' });
      else post({ type: 'over', how: 'failed', problem: saidOf(error) });
    }
  }

  /** Undefined where there is no such study, or no finished cell of it. */
  async function documentOf(source: StudySource): Promise<StudyDocument | undefined> {
    if (source === 'shipped') {
      shipped ??= readShipped();
      shipped.catch(() => (shipped = undefined));
      return shipped;
    }
    const stored = await loadStudy(source.own);
    if (!stored || stored.records.length === 0) return undefined;
    const { plan, createdAt, lab, runtime } = stored.study;
    return studyDocument({ plan, createdAt: new Date(createdAt).toISOString(), lab, runtime }, stored.records);
  }

  async function readShipped(): Promise<StudyDocument | undefined> {
    if (given) return parseStudy(await loadJson(given, SHIPPED_STUDY));
    const response = await fetch(new URL(SHIPPED_STUDY, base));
    // A page without a study that ships is whole: one can be made here.
    const text = response.ok ? await response.text() : '';
    return text === '' ? undefined : parseStudy(JSON.parse(text));
  }

  async function look(ask: number, source: StudySource): Promise<void> {
    try {
      const document = await documentOf(source);
      post({ type: 'seen', ask, ...(document && { view: viewOf(document) }) });
    } catch (error) {
      post({ type: 'unseen', ask, problem: saidOf(error) });
    }
  }

  async function write(ask: number, source: StudySource, as: StudyFile): Promise<void> {
    try {
      const document = await documentOf(source);
      const text = document && (as === 'report' ? studyReport(document) : `${JSON.stringify(document)}\n`);
      post({ type: 'written', ask, ...(text !== undefined && { text }) });
    } catch (error) {
      post({ type: 'unwritten', ask, problem: saidOf(error) });
    }
  }

  return (message: ToClerk): void => {
    switch (message.type) {
      case 'greeting':
        base = message.assets;
        return;
      case 'carryOut':
        void carryOut(message.study);
        return;
      case 'end':
        under?.abort();
        return;
      case 'heard':
        for (const listener of [...listeners]) listener(message.event);
        return;
      case 'look':
        void look(message.ask, message.source);
        return;
      case 'write':
        void write(message.ask, message.source, message.as);
        return;
    }
  };
}
