// What the data worker clears away when it starts: imports that were broken off, datasets deleted a day ago, and the texts
// of deleted pairs that no undo can bring back any more.
import { withDatabase, type LabDatabase } from '../database';
import { chunkOf } from './bodies';
import { loadDataset } from './loaded';
import type { DatasetRecord, Step } from './records';
import { dropDataset, isLeft, sweepStaged } from './staging';
import { sweepRestored } from '../archive/restore';

/** How long a deleted dataset can be brought back. */
const KEPT_DELETED = 24 * 60 * 60 * 1000;

export async function sweep(now: number): Promise<void> {
  await sweepStaged(now);
  await sweepRestored((mark, at) => isLeft(mark, at, now));
  const heads = await withDatabase((db) => db.datasets.toArray());
  for (const { id, deletedAt } of heads) if (deletedAt !== undefined && now - deletedAt > KEPT_DELETED) await dropDataset(id);
  for (const head of heads) if (head.deletedAt === undefined && head.stagedAt === undefined) await withDatabase((db) => dropTexts(db, head));
}

/** Rows that an entry of some journal may bring back. */
function rowsOf(step: Step, dataset: string): Iterable<number> {
  if (step.dataset !== dataset) return [];
  return step.kind === 'alive' ? step.rows : step.kind === 'pair' ? [step.row] : [];
}

/** Takes away the texts of rows that are deleted for good. Their numbers and columns stay, so that no row is given twice. */
async function dropTexts(db: LabDatabase, head: DatasetRecord): Promise<void> {
  const dead = head.rows - head.pairs;
  if (dead === 0 || dead === head.textsGone) return;
  const data = await loadDataset(db, head.id);
  // Entries of other datasets count too: a move from there has brought pairs here.
  const kept = new Set<number>();
  await db.journal.each(({ steps }) => {
    for (const step of steps) for (const row of rowsOf(step, head.id)) kept.add(row);
  });
  const gone: number[] = [];
  for (let row = 0; row < data.columns.count; row++) if (data.columns.alive[row] === 0 && !kept.has(row)) gone.push(row);
  if (gone.length === (head.textsGone ?? 0)) return;
  await db.transaction('rw', db.datasets, db.pairChunks, async () => {
    // A change in the meantime may have brought something back; the next start tries again.
    const current = await db.datasets.get(head.id);
    if (current?.revision !== head.revision) return;
    const chunks = new Map<number, number[]>();
    for (const row of gone) {
      const place = chunkOf(data.starts, row);
      if (place < 0) continue;
      const first = data.starts[place]!;
      chunks.set(first, [...(chunks.get(first) ?? []), row]);
    }
    for (const [first, rows] of chunks) {
      const chunk = await db.pairChunks.get([head.id, first]);
      if (chunk === undefined) continue;
      const bodies = chunk.bodies.map((body, i) => (rows.includes(first + i) ? null : body));
      if (bodies.every((body) => body === null)) await db.pairChunks.delete([head.id, first]);
      else await db.pairChunks.put({ ...chunk, bodies });
    }
    await db.datasets.put({ ...current, textsGone: gone.length });
  });
}
