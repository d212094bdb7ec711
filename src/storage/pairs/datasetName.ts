// What an imported dataset is called where a person gave it no name: the worker stores it so, and the page shows it beforehand.
import type { ImportSource } from './protocol';

/** The name of the public dataset, or of the file without its folders and its endings. */
export function datasetName(source: ImportSource): string {
  if (source.kind === 'viewer') return source.dataset;
  const { name } = source;
  return name.replace(/^.*[\\/]/, '').replace(/(\.gz)?$/i, '').replace(/\.(jsonl|ndjson|json|csv|tsv|txt|parquet)$/i, '') || name;
}
