/**
 * Inputs in groups, each of which a thread loads into a file of its own: how they are divided, what comes back from a
 * group, and what the groups are together. A table is the same whatever the number of groups.
 */
import { foldFieldName } from '../../events/index.ts';
import type { InputList, InputReport, ListedInput } from '../../sources/index.ts';
import type { EventKind } from '../../store/index.ts';
import { IssueLog } from '../issue-log.ts';
import type { SummaryIssue } from '../types.ts';
import { loadEvents, type LoadedEvents, type LoadOptions } from './load.ts';

/** What came of a group: plain data, so that it can come from another thread. */
export interface LoadedGroup {
  readonly file: string;
  readonly loaded: LoadedEvents;
  readonly issues: readonly SummaryIssue[];
  /** Files in folders that hold no events of a known kind, and what they hold. */
  readonly unknown: readonly (readonly [string, string])[];
  readonly inputs: readonly InputReport[];
}

export async function loadGroup(list: InputList, file: string, options: LoadOptions): Promise<LoadedGroup> {
  const issues = new IssueLog();
  const unknown: [string, string][] = [];
  const inputs: InputReport[] = [];
  const loaded = await loadEvents(
    list,
    file,
    { ...options, onInput: (report) => inputs.push(report) },
    {
      add: (issue) => issues.add(issue),
      addUnknown: (name, what) => unknown.push([name, what]),
    },
  );
  return { file, loaded, issues: issues.list(), unknown, inputs };
}

/** At most so many groups of inputs that follow each other, about equal in size, none of them empty. */
export function divide({ inputs, totalBytes }: InputList, most: number): InputList[] {
  const groups: ListedInput[][] = [];
  let before = 0;
  for (const listed of inputs) {
    const size = listed.input.size ?? 0;
    // An input belongs where its middle lies.
    const share = Math.floor(((before + size / 2) / Math.max(1, totalBytes)) * most);
    if (groups.length === 0 || (share >= groups.length && groups.length < most)) groups.push([listed]);
    else (groups.at(-1) as ListedInput[]).push(listed);
    before += size;
  }
  return groups.map((group) => ({
    inputs: group,
    totalBytes: group.reduce((sum, { input }) => sum + (input.size ?? 0), 0),
  }));
}

/** Below these bounds the tables do not depend on the order in which names and kinds were met. */
const mostColumns = 2000;
const mostKinds = 4096;

/**
 * Whether groups make the table that one would make of all: none came near a bound, and a field has one column in all
 * of them.
 */
export function agree(groups: readonly LoadedEvents[]): boolean {
  const fieldOf = new Map<string, string>();
  const columnOf = new Map<string, string>();
  for (const { fields, names, fieldsMet } of groups) {
    if (fieldsMet >= mostColumns) return false;
    for (let index = 0; index < fields.length; index++) {
      const column = foldFieldName(fields[index] as string);
      const field = foldFieldName(names[index] as string);
      if ((fieldOf.get(column) ?? field) !== field || (columnOf.get(field) ?? column) !== column)
        return false;
      fieldOf.set(column, field);
      columnOf.set(field, column);
    }
  }
  return fieldOf.size <= mostColumns && kindsOf(groups).length < mostKinds;
}

/** The kinds of events of all groups, each with the columns that it has in any of them. */
export function kindsOf(groups: readonly LoadedEvents[]): EventKind[] {
  const columns = new Map<string, string>();
  const kinds = new Map<string, { kind: EventKind; has: Set<string> }>();
  for (const group of groups) {
    for (const name of group.fields)
      if (!columns.has(foldFieldName(name))) columns.set(foldFieldName(name), name);
    for (const kind of group.kinds) {
      const key = JSON.stringify([kind.eventId, kind.channel]);
      const known = kinds.get(key) ?? { kind, has: new Set<string>() };
      for (const name of kind.columns) known.has.add(foldFieldName(name));
      kinds.set(key, known);
    }
  }
  return [...kinds.values()].map(({ kind, has }) => ({
    ...kind,
    columns: [...columns].filter(([key]) => has.has(key)).map(([, name]) => name),
  }));
}
