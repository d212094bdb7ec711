// The folder of a re-enactment: its plan, each cell as it is done, and the policies that second rounds start from. A command
// that is given the folder again goes on after the last cell.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../src/engine/errors';
import type { Weights } from '../../src/engine/model/config';
import { readSafetensors, writeSafetensors } from '../../src/engine/model/safetensors';
import type { CellRecord } from '../../src/lab/study/execute';
import type { CellKey } from '../../src/lab/study/plan';
import { reasonOf } from '../assets';

/** What has to be the same for cells to belong together. */
export interface Frame {
  readonly plan: unknown;
  readonly createdAt: string;
  readonly lab: string;
  readonly runtime: string;
  readonly backend: string;
  readonly modelHash: string;
}

export interface CellFolder {
  readonly frame: Frame;
  readonly done: readonly CellRecord[];
  keep(record: CellRecord): Promise<void>;
  /** Writes a file of the outcome. */
  write(name: string, content: string): Promise<void>;
}

const nameOf = ({ round, kind, seed }: CellKey): string => `${round}-${kind}-${seed}`;
const same = (a: Frame, b: Frame): boolean => ['plan', 'lab', 'backend', 'modelHash'].every((field) => JSON.stringify(a[field as keyof Frame]) === JSON.stringify(b[field as keyof Frame]));

/**
 * Opens a folder for a study, which it may have begun before.
 * @throws UserError if it cannot be written to, or holds another study.
 */
export async function openCells(folder: string, wanted: Frame, config: Weights['config']): Promise<CellFolder> {
  const cells = join(folder, 'cells');
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    try {
      // Renamed when it is whole, so that no half cell is taken for one.
      await writeFile(`${path}.part`, content);
      await rename(`${path}.part`, path);
    } catch (error) {
      throw new UserError('The study cannot be written to {path}: {reason}. The cells that are done are kept.', { path, reason: reasonOf(error) });
    }
  };
  const read = async (path: string): Promise<unknown> => {
    try {
      return JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      throw new UserError('The file {path} of the study could not be read: {reason}. Delete it, and what it held is made anew.', { path, reason: reasonOf(error) });
    }
  };
  let names: string[];
  try {
    await mkdir(cells, { recursive: true });
    names = await readdir(cells);
  } catch (error) {
    throw new UserError('The study cannot be written to {path}: {reason}.', { path: folder, reason: reasonOf(error) });
  }
  let frame = wanted;
  if (names.includes('frame.json')) {
    frame = (await read(join(cells, 'frame.json'))) as Frame;
    if (!same(frame, wanted)) {
      throw new UserError('The folder {path} holds a study with another plan, model, backend or version of the lab. Nothing was changed; choose another folder.', { path: folder });
    }
  } else await write(join(cells, 'frame.json'), JSON.stringify(wanted));

  const done: CellRecord[] = [];
  for (const name of names.filter((one) => /^\d-.*\.json$/.test(one)).sort()) {
    const record = (await read(join(cells, name))) as CellRecord;
    const next = `${name.replace(/\.json$/, '')}.safetensors`;
    if (!names.includes(next)) done.push(record);
    else done.push({ ...record, next: { config, tensors: readSafetensors(new Uint8Array(await readFile(join(cells, next)))).tensors } });
  }
  return {
    frame,
    done,
    async keep({ next, ...record }) {
      const path = join(cells, nameOf(record.key));
      if (next) await write(`${path}.safetensors`, writeSafetensors(next.tensors, { format: 'pt' }));
      await write(`${path}.json`, JSON.stringify(record));
    },
    write: (name, content) => write(join(folder, name), content),
  };
}
