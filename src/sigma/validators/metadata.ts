/** Checks of what stands around the logic: ids, titles, file names, references, keys nobody knows. */
import type { SigmaDocument } from '../ast.ts';
import { quote } from '../fault.ts';
import { removeEntry } from './edits.ts';
import type { SourceEntry } from './source.ts';
import { fileName, probableName } from './text.ts';
import type { CheckContext, Validator } from './types.ts';

const core = { group: 'core', byDefault: true } as const;
const minFileName = 10;
const maxFileName = 90;
/** Keys of all kinds of documents in the specification. */
export const documentKeys: readonly string[] = (
  'title id name related taxonomy status description license author references date modified logsource ' +
  'detection correlation filter fields falsepositives level tags scope'
).split(' ');

export const metadataValidators: readonly Validator[] = [
  {
    ...core,
    name: 'identifier_existence',
    severity: 'warning',
    description: 'The document has an id.',
    check(document, { report, source }) {
      if (document.id === null) report('the document has no id', source.place('title'));
    },
  },
  {
    ...core,
    name: 'identifier_uniqueness',
    severity: 'error',
    description: 'No other document has the same id.',
    check(document, { report, source, set }) {
      if (document.id === null) return;
      const other = otherOf(set.byId.get(document.id.toLowerCase()), document);
      if (other !== null)
        report(`the id ${document.id} is also that of ${nameOf(other)}`, source.place('id'));
    },
  },
  {
    ...core,
    name: 'duplicate_title',
    severity: 'warning',
    description: 'No other document has the same title.',
    check(document, { report, source, set }) {
      const other = otherOf(set.byTitle.get(document.title), document);
      if (other !== null)
        report(`the title ${quote(document.title)} is also that of ${nameOf(other)}`, source.place('title'));
    },
  },
  {
    ...core,
    name: 'duplicate_filename',
    severity: 'info',
    description: 'No file in another folder has the same name.',
    check(document, { report, set }) {
      if (!isFirst(document, set)) return;
      const name = fileName(document.path);
      const other = (set.byFileName.get(name) ?? []).find((path) => path !== document.path);
      if (other !== undefined) report(`${other} has the same file name`, { line: 1, column: 1 });
    },
  },
  {
    ...core,
    name: 'filename_length',
    severity: 'info',
    description: `The file name has ${minFileName} to ${maxFileName} characters and ends in .yml.`,
    check(document, { report, set }) {
      // Standard input has no name.
      if (!isFirst(document, set) || document.path === '-') return;
      const name = fileName(document.path);
      const problem =
        name.length < minFileName || name.length > maxFileName
          ? `has ${name.length} characters, not ${minFileName} to ${maxFileName}`
          : name.endsWith('.yml')
            ? null
            : 'does not end in .yml';
      if (problem !== null) report(`the file name ${quote(name)} ${problem}`, { line: 1, column: 1 });
    },
  },
  {
    ...core,
    name: 'custom_attributes',
    severity: 'warning',
    description: 'No key looks like a misspelled one of the specification.',
    check(document, { report, source }) {
      for (const key of Object.keys(document.custom)) {
        const meant = probableName(key, documentKeys, 2);
        if (meant !== null && key !== 'action')
          report(`the key ${quote(key)} is not in the specification; ${meant} is`, source.place(key));
      }
    },
  },
  {
    ...core,
    name: 'duplicate_references',
    severity: 'warning',
    description: 'No reference is listed twice.',
    check: (document, context) => checkRepeats('references', 'reference', document.references, context),
  },
  {
    ...core,
    name: 'duplicate_tag',
    severity: 'warning',
    description: 'No tag is listed twice.',
    check: (document, context) => checkRepeats('tags', 'tag', document.tags, context),
  },
];

function checkRepeats(key: string, word: string, list: readonly string[], context: CheckContext): void {
  if (list.length < 2 || new Set(list).size === list.length) return;
  const entries = context.source.entries(key);
  const firsts = new Map<string, number>();
  list.forEach((text, index) => {
    const first = firsts.get(text);
    if (first === undefined) {
      firsts.set(text, index);
      return;
    }
    // Only where the list is written one entry a line, and both lines say the same.
    const entry = entries.length === list.length ? entries[index] : undefined;
    const same = entry !== undefined && sameLine(context.source.text, entry, entries[first]);
    context.report(
      `the ${word} ${quote(text)} is listed twice`,
      context.source.entryPlace(key, index),
      same ? [removeEntry(context.source, entry)] : undefined,
    );
  });
}

/** Whether taking out one of two entries loses nothing, not even a comment. */
function sameLine(text: string, one: SourceEntry, other: SourceEntry | undefined): boolean {
  if (other === undefined || one.text !== other.text) return false;
  const rest = text.slice(one.end, one.lineEnd).trim();
  return rest === '' || rest === text.slice(other.end, other.lineEnd).trim();
}

function otherOf(list: readonly SigmaDocument[] | undefined, document: SigmaDocument): SigmaDocument | null {
  return list?.find((other) => other !== document) ?? null;
}

function nameOf(document: SigmaDocument): string {
  const { line } = document.position;
  return `${document.path}:${line}`;
}

/** Whether this is the document of its file that is told about the file. */
function isFirst(document: SigmaDocument, set: CheckContext['set']): boolean {
  return set.firstOfFile.get(document.path) === document;
}
