/**
 * Checks on what a Parquet footer claims, made before hyparquet reads by it: hyparquet starts on all columns of
 * a row group at once, and an error between two starts would leave a rejected promise that nobody handles.
 */
import type { RowGroup, SchemaTree } from 'hyparquet';

/** Rows take next to nothing where all are equal, but no honest file has more than this for each of its bytes. */
const rowsPerByte = 64;
const plausibleRows = 16 * 1024 * 1024;

/** What is wrong with a row group, or null. Every column must be a leaf of the schema, once, inside the file. */
export function faultOf(group: RowGroup, schema: SchemaTree, fileSize: number): string | null {
  const seen = new Set<string>();
  const rows = Number(group.num_rows);
  if (!(rows >= 0 && rows <= Math.max(plausibleRows, rowsPerByte * fileSize))) return 'impossible row count';
  for (const { meta_data: meta } of group.columns) {
    if (meta === undefined) return 'a column without its description';
    const path = meta.path_in_schema;
    const name = path.join('\0');
    if (seen.has(name) || !isLeaf(path, schema)) return 'a column that is not in the schema';
    seen.add(name);
    const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
    const end = start + Number(meta.total_compressed_size);
    if (!(start >= 0 && end >= start && end <= fileSize)) return 'a column that lies outside the file';
    if (!(meta.num_values >= rows)) return 'a column with fewer values than rows';
  }
  return null;
}

function isLeaf(path: readonly string[], schema: SchemaTree): boolean {
  let node: SchemaTree | undefined = schema;
  for (const name of path) node = node?.children.find((child) => child.element.name === name);
  return node !== undefined && node !== schema && node.children.length === 0;
}
