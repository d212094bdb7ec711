// The shipped files for the command line: read from public/ on the disk.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../src/engine/errors';
import type { AssetLoader } from '../src/lab/assets';

export function diskAssets(folder: string): AssetLoader {
  return async (path) => {
    try {
      return new Uint8Array(await readFile(join(folder, path)));
    } catch (error) {
      throw new UserError('The shipped file {path} could not be read ({reason}).', { path, reason: reasonOf(error) });
    }
  };
}

/** Node's error code, such as ENOENT, in words where it is one that people meet. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Record<string, string> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is no folder',
    ENOSPC: 'the disk is full',
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
