// Parquet: one row group after the other, unpacked with every codec in use. Bytes that are no text are left as they are.
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer } from 'hyparquet';
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
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw new UserError('The Parquet file is damaged or not complete, for its index at the end can not be read: {reason}. Nothing was imported; get the file again.', {
      reason: reasonOf(error),
    });
  });
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

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : String(error));
