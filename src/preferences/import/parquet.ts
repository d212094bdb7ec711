// Parquet: one row group after the other, unpacked with every codec in use. Bytes that are no text are left as they are.
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type AsyncBuffer, type FileMetaData, type SchemaTree } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { UserError } from '../../engine/errors';
import type { RowBatches } from './sourceRow';

/** Rows that are unpacked at a time where the file has an index of its pages; without one a row group has to be unpacked whole. */
const STEP = 4096;

/**
 * @param onBytes how far the file has been read.
 * @throws UserError if the file is incomplete or damaged; rows before the fault have been given.
 */
export async function* parquetRows(file: AsyncBuffer, onBytes: (bytes: number) => void): RowBatches {
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file);
    checkColumns(metadata);
  } catch (error) {
    throw new UserError('The Parquet file is damaged or not complete, for its index at the end can not be read: {reason}. Nothing was imported; get the file again.', {
      reason: reasonOf(error),
    });
  }
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = rowStart + Number(group.num_rows);
    const useOffsetIndex = group.columns.every((column) => column.offset_index_offset !== undefined);
    const step = useOffsetIndex ? STEP : Number(group.num_rows);
    for (; rowStart < groupEnd; rowStart = Math.min(groupEnd, rowStart + step)) {
      let rows: Record<string, unknown>[];
      try {
        rows = await parquetReadObjects({ file, metadata, compressors, useOffsetIndex, rowStart, rowEnd: Math.min(groupEnd, rowStart + step) });
      } catch (error) {
        throw new UserError('The Parquet file is damaged after row {row}: {reason}. The rows until there were kept; get the file again for the rest.', {
          row: rowStart,
          reason: reasonOf(error),
        });
      }
      for (let at = 0; at < rows.length; at += 256) yield rows.slice(at, at + 256).map((value) => ({ value }));
    }
    onBytes(file.byteLength * (rowStart / Number(metadata.num_rows)));
  }
}

/**
 * Makes sure that each row group has the columns of the schema and no others. hyparquet begins to read all of them at once
 * and then loses sight of one that has no place in the schema; should that one fail, nobody would catch its error.
 * @throws Error if not.
 */
function checkColumns(metadata: FileMetaData): void {
  const leaves = (tree: SchemaTree): string[] => (tree.children.length > 0 ? tree.children.flatMap(leaves) : [JSON.stringify(tree.path)]);
  const expected = leaves(parquetSchema(metadata)).sort().join();
  for (const { columns } of metadata.row_groups) {
    const found = columns.map((column) => JSON.stringify(column.meta_data?.path_in_schema)).sort().join();
    if (found !== expected) throw new Error('its columns are not those of its schema');
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : String(error));
