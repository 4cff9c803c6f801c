/** What the Parquet reader has to know to give the events of a lake's files back as they were; see `LakeForm`. */
import type { LakeForm } from '../../sources/index.ts';
import { exactPrefix } from '../../store/index.ts';
import { columnType, sqlType } from './columns.ts';
import type { LoadedEvents } from './load.ts';
import { lakeFields } from './relation.ts';

export function lakeForm({ fields, names }: LoadedEvents): LakeForm {
  const columns = lakeFields(fields);
  const renamed = columns.flatMap((column, index) => {
    const name = names[index] as string;
    return name === column ? [] : [[column, name] as [string, string]];
  });
  const typed = columns.filter((_, index) => sqlType(fields[index] as string) !== 'VARCHAR');
  return {
    version: 1,
    exact: exactPrefix,
    names: renamed,
    typed,
    hex: columns.filter((_, index) => columnType(fields[index] as string) === 'hex'),
  };
}
