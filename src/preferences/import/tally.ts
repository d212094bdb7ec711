// Counts what an import takes and leaves, and makes the report's figures of it.
import { remark, type Remark } from '../../engine/errors';
import { createLengths, createMean } from './summary';
import type { ImportedPair, ImportReport, ImportWarning, Rejection, RejectionCode, WarningCode } from './types';

export interface Tally {
  accepted(imported: ImportedPair, rows: number): void;
  rejected(rejection: Rejection): void;
  counts(): { ok: number; rejected: number; pairs: number };
  figures(): Pick<ImportReport, 'ok' | 'rejected' | 'pairs' | 'reasons' | 'warnings' | 'contrastiveness' | 'lengths'>;
}

/** Rows that a warning names. */
const EXAMPLES = 10;

const sentences: Readonly<Record<WarningCode, (count: number) => Remark>> = {
  overContext: (count) => remark('{count} pairs are longer than the model’s context; they were kept, and a run cuts or leaves them out as it says.', { count }),
  truncatedCells: (count) => remark('{count} pairs come from rows that the dataset viewer cut off; they were kept as they came.', { count }),
  wrongTen: (count) => remark('{count} rows hold an overall score of 10 that their ratings by aspect contradict; it was read as 1 or left out.', { count }),
  scoreOrder: (count) => remark('In {count} pairs the rejected side has the higher score; they were kept as their columns say.', { count }),
  severalTurns: (count) => remark('In {count} pairs the conversations part before their last answer; each side was kept with all its further turns.', { count }),
  badCharacters: (count) => remark('{count} pairs hold characters that were no valid text in the file; they were kept.', { count }),
  ragged: (count) => remark('{count} pairs come from rows with fewer cells than columns; the missing cells count as empty.', { count }),
  extraDropped: (count) => remark('In {count} pairs further columns were too large to be kept.', { count }),
  notMeasured: (count) => remark('{count} pairs are too long for their contrastiveness to be measured; they were kept.', { count }),
  idTaken: (count) => remark('{count} pairs had the id of another pair and were given a new one.', { count }),
};

export function createTally(): Tally {
  let ok = 0;
  let rejected = 0;
  let pairs = 0;
  const reasons = new Map<RejectionCode, number>();
  const warnings = new Map<WarningCode, { count: number; rows: number[] }>();
  const [jaccard, levenshtein] = [createMean(), createMean()];
  const lengths = { prompt: createLengths(), chosen: createLengths(), rejected: createLengths() };

  return {
    accepted: ({ pair, measures, warnings: found, row }, rows) => {
      ok += rows;
      pairs += 1;
      if (measures) {
        jaccard.add(measures.jaccard);
        levenshtein.add(measures.levenshtein);
      }
      lengths.prompt.add(pair.prompt.length);
      lengths.chosen.add(pair.chosen.length);
      lengths.rejected.add(pair.rejected.length);
      for (const code of found) {
        let entry = warnings.get(code);
        if (!entry) warnings.set(code, (entry = { count: 0, rows: [] }));
        entry.count += 1;
        if (entry.rows.length < EXAMPLES) entry.rows.push(row);
      }
    },
    rejected: ({ code }) => {
      rejected += 1;
      reasons.set(code, (reasons.get(code) ?? 0) + 1);
    },
    counts: () => ({ ok, rejected, pairs }),
    figures: () => {
      const [prompt, chosen, other] = [lengths.prompt.summary(), lengths.chosen.summary(), lengths.rejected.summary()];
      return {
        ok,
        rejected,
        pairs,
        reasons: Object.fromEntries(reasons),
        warnings: [...warnings].map(([code, { count, rows }]): ImportWarning => ({ code, count, problem: sentences[code](count), rows })),
        contrastiveness: { jaccard: jaccard.mean(), levenshtein: levenshtein.mean() },
        lengths: prompt && chosen && other ? { prompt, chosen, rejected: other } : null,
      };
    },
  };
}
