// Importing preference pairs: bytes of any known format to pairs, rejections and a report. Runs in a worker and in Node.
import { UserError } from '../../engine/errors';
import type { ImportOptions, ImportPreview, ImportReport, ImportSource } from './types';

export * from './types';
export { mappingSchema, parseMapping, type Mapping, type MappingKind, type MappingOf } from './mapping';

/**
 * Reads a source to its end: finds out format and encoding by its content, recognises the columns or takes the mapping
 * given, and hands over pairs and rejected rows in chunks. A source that breaks off gives what was read until there.
 * @throws UserError if nothing can be read or the columns are not recognised; the signal's reason when aborted.
 */
export async function importPairs(_source: ImportSource, _options: ImportOptions): Promise<ImportReport> {
  throw new UserError('Not yet.');
}

/**
 * The first rows as an import with these options would give them, and the columns to choose from.
 * @throws UserError if nothing can be read.
 */
export async function previewPairs(
  _source: ImportSource,
  _options: Pick<ImportOptions, 'mapping' | 'seed' | 'heldOutShare' | 'contextTokens' | 'context' | 'signal'> & { readonly rows?: number },
): Promise<ImportPreview> {
  throw new UserError('Not yet.');
}
