// Re-enactments of the paper and their cells, each kept as it is finished, with the policies that a second round starts from.
// Every function is one transaction: it happens whole or not at all. Asked by the page and by its study worker.
import { Dexie } from 'dexie';
import { UserError } from '../engine/errors';
import type { Weights } from '../engine/model/config';
import type { CellRecord } from '../lab/study/execute';
import type { StudyPlan } from '../lab/study/types';
import { withDatabase, type LabDatabase } from './database';

/** A study without its cells: what a list shows, and what later times are estimated by. */
export interface StoredStudy {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly plan: StudyPlan;
  /** The lab's version and the browser that began it. */
  readonly lab: string;
  readonly runtime: string;
  /** Cells that are kept. */
  readonly done: number;
  /** Of those cells. */
  readonly elapsedMs: number;
  readonly trainMs: number;
  /** The line of each device that was used. */
  readonly adapters: readonly string[];
}

export type StoredCellRecord = Omit<CellRecord, 'next'>;

export interface StoredCell {
  readonly study: string;
  /** In the order in which the plan is carried out. */
  readonly place: number;
  readonly record: StoredCellRecord;
}

/** Megabytes each, so they lie apart from the cells, which are read again and again. */
export interface StoredPolicy {
  readonly study: string;
  readonly seed: number;
  readonly weights: Weights;
}

const cellsOf = (db: LabDatabase, id: string) => db.studyCells.where('[study+place]').between([id, Dexie.minKey], [id, Dexie.maxKey]);
const policiesOf = (db: LabDatabase, id: string) => db.studyPolicies.where('[study+seed]').between([id, Dexie.minKey], [id, Dexie.maxKey]);

export function createStudy(study: StoredStudy): Promise<void> {
  return withDatabase(async (db) => {
    await db.studies.add(study);
  });
}

/** The newest first. */
export function listStudies(): Promise<StoredStudy[]> {
  return withDatabase((db) => db.studies.orderBy('createdAt').reverse().toArray());
}

/** A study and its cells in the order of their places; undefined if it is gone. */
export function loadStudy(id: string): Promise<{ study: StoredStudy; records: StoredCellRecord[] } | undefined> {
  return withDatabase((db) =>
    db.transaction('r', db.studies, db.studyCells, async () => {
      const study = await db.studies.get(id);
      return study && { study, records: (await cellsOf(db, id).toArray()).map(({ record }) => record) };
    }),
  );
}

/** The policies that second rounds start from, by seed. */
export function loadPolicies(id: string): Promise<Map<number, Weights>> {
  return withDatabase(async (db) => new Map((await policiesOf(db, id).toArray()).map(({ seed, weights }) => [seed, weights])));
}

/**
 * Keeps a finished cell and, if the second round starts from it, its policy.
 * @returns the study as it then stands.
 * @throws UserError if the study was deleted meanwhile.
 */
export function saveCell(id: string, place: number, { next, ...record }: CellRecord): Promise<StoredStudy> {
  return withDatabase((db) =>
    db.transaction('rw', db.studies, db.studyCells, db.studyPolicies, async () => {
      const before = await db.studies.get(id);
      if (before === undefined) {
        throw new UserError('This re-enactment is no longer stored; it was deleted, perhaps in another tab. The cell that was just finished is gone with it.');
      }
      await db.studyCells.put({ study: id, place, record });
      if (next) await db.studyPolicies.put({ study: id, seed: record.key.seed, weights: next });
      const study: StoredStudy = {
        ...before,
        done: await cellsOf(db, id).count(),
        elapsedMs: before.elapsedMs + record.elapsedMs,
        trainMs: before.trainMs + record.cell.trainMs,
        adapters: [...new Set([...before.adapters, ...record.adapters])],
      };
      await db.studies.put(study);
      return study;
    }),
  );
}

/** Deletes a study with everything that belongs to it. */
export function deleteStudy(id: string): Promise<void> {
  return withDatabase((db) =>
    db.transaction('rw', db.studies, db.studyCells, db.studyPolicies, async () => {
      await db.studies.delete(id);
      await cellsOf(db, id).delete();
      await policiesOf(db, id).delete();
    }),
  );
}
