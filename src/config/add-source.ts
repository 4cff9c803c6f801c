/**
 * Adds a source to the text of a configuration file; everything else stays as it is, comments and order too. What comes
 * out is read again: a file that can not be kept so (`sources: {…}` on one line) is refused.
 */
import { dump } from 'js-yaml';
import { HuntbookError } from '../errors.ts';
import { sourceName } from './load.ts';
import { readSource } from './read-source.ts';
import { readYamlText } from './yaml-text.ts';

/** Throws HB_CONFIG, HB_SECRET for what can not be a source, HB_EXISTS when the name is taken. */
export function addSourceText(
  text: string,
  file: string,
  name: string,
  entry: Readonly<Record<string, unknown>>,
): string {
  if (!sourceName.test(name))
    throw new HuntbookError('HB_USAGE', `${name}: a name has letters, digits, dots, hyphens and underscores`);
  readSource(entry, (at, message) => {
    const where = at.length === 0 ? '' : ` ${at.join('.')}:`;
    return new HuntbookError('HB_USAGE', `source ${name}:${where} ${message}`);
  });
  const before = readYamlText(text, file);
  const sources = sourcesOf(before.value, file);
  if (sources !== null && Object.hasOwn(sources, name))
    throw new HuntbookError(
      'HB_EXISTS',
      `${file}:${before.lineOf(['sources', name])}: ${name} is there already`,
      {
        hint: 'Choose another name, or edit the file.',
      },
    );
  const made = insert(text, name, entry, sources);
  const kept = { ...sources };
  const after = made === null ? null : readBack(made, file);
  if (made === null || after === null || !same(after, { ...kept, [name]: entry }))
    throw new HuntbookError('HB_CONFIG', `${file}: cannot be added to without changing what is there`, {
      hint: `Add this below sources: yourself.\n${block(name, entry, '  ')}`,
    });
  return made;
}

function sourcesOf(value: unknown, file: string): Record<string, unknown> | null {
  if (value === null || value === undefined) return null;
  const { sources } = value as { sources?: unknown };
  if (typeof value !== 'object' || (sources !== null && sources !== undefined && typeof sources !== 'object'))
    throw new HuntbookError('HB_CONFIG', `${file}: is no configuration of huntbook`);
  return (sources ?? null) as Record<string, unknown> | null;
}

function insert(
  text: string,
  name: string,
  entry: Readonly<Record<string, unknown>>,
  sources: Record<string, unknown> | null,
): string | null {
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const lines = whole.split('\n');
  const head = lines.findIndex((line) => /^(?:sources|"sources"|'sources')\s*:/.test(line));
  if (head === -1) return `${whole}sources:\n${block(name, entry, '  ')}`;
  if (!/:\s*(?:#.*)?$/.test((lines[head] as string).trimEnd())) return null;
  // The block ends where something stands at the margin; blank lines and comments before that belong to what follows.
  let end = head + 1;
  for (let at = head + 1; at < lines.length; at++) {
    const line = lines[at] as string;
    if (/^[^\s#]/.test(line)) break;
    if (/^\s+[^\s]/.test(line)) end = at + 1;
  }
  const first = lines.slice(head + 1, end).find((line) => /^\s+[^\s#]/.test(line));
  const indent = sources === null || first === undefined ? '  ' : (/^\s+/.exec(first)?.[0] ?? '  ');
  const eol = (lines[head] as string).endsWith('\r') ? '\r\n' : '\n';
  const added = block(name, entry, indent).replaceAll('\n', eol);
  return lines.slice(0, end).join('\n') + '\n' + added + lines.slice(end).join('\n');
}

function block(name: string, entry: Readonly<Record<string, unknown>>, indent: string): string {
  const body = dump({ [name]: entry }, { lineWidth: -1, indent: 2 });
  return body.replaceAll(/^(?=.)/gm, indent);
}

function readBack(text: string, file: string): Record<string, unknown> | null {
  try {
    return sourcesOf(readYamlText(text, file).value, file);
  } catch {
    return null;
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
