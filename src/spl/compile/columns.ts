/** Commands about fields, as SQL: fields, table, rename, fillnull, bin, makemv, nomv, rex. */
import type { Command, Name, Span } from '../ast.ts';
import type { CommandContext } from './context.ts';
import { readRegex, readReplacement, regexExtract, regexReplace } from './regex-sql.ts';
import { asList, asNumber, asText } from './relation.ts';
import type { Field, Relation } from './relation.ts';
import { literal, numberText, X } from './sql-text.ts';
import { wildcard } from './wildcards.ts';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

type ColumnCommand = Of<'fields' | 'table' | 'rename' | 'fillnull' | 'bin' | 'makemv' | 'nomv' | 'rex'>;

export function columnCommand(command: ColumnCommand, context: CommandContext): void {
  switch (command.kind) {
    case 'fields':
      return fields(command, context);
    case 'table':
      return table(command, context);
    case 'rename':
      return rename(command, context);
    case 'fillnull':
      return fillnull(command, context);
    case 'bin':
      return bin(command, context);
    case 'makemv':
      return makemv(command, context);
    case 'nomv':
      return nomv(command, context);
    case 'rex':
      return rex(command, context);
  }
}

/** The fields that a name or a pattern of names stands for, by the name that the search uses. */
function chosen(
  names: readonly Name[],
  relation: Relation,
  internal: boolean,
): [string, Field | undefined][] {
  return names.flatMap(({ name }): [string, Field | undefined][] => {
    if (!name.includes('*')) return [[name, relation.find(name)]];
    const pattern = wildcard(name);
    const fits = (key: string): boolean =>
      pattern.test(key) && (internal || name.startsWith('_') || !key.startsWith('_'));
    return [...relation.fields].filter(([key]) => fits(key));
  });
}

/** What is not named is gone, also under its other spellings. */
function keepOnly(relation: Relation, kept: readonly [string, Field | undefined][]): void {
  const fields = new Map<string, Field>();
  for (const [name, field] of kept) {
    if (fields.has(name)) continue;
    fields.set(name, field ?? { sql: 'NULL::VARCHAR', type: 'text', stable: true });
  }
  relation.fields = fields;
  relation.folded =
    relation.folded && new Map([...fields].map(([name, field]) => [name.toLowerCase(), field]));
}

function fields(command: Of<'fields'>, { relation }: CommandContext): void {
  if (command.remove) {
    for (const [name] of chosen(command.names, relation, true)) relation.remove(name);
    return;
  }
  const named = chosen(command.names, relation, false).filter(([, field]) => field !== undefined);
  // Internal fields stay until they are removed by name.
  const internal = [...relation.fields].filter(([name]) => name.startsWith('_'));
  keepOnly(relation, [...named, ...internal]);
}

function table(command: Of<'table'>, { relation }: CommandContext): void {
  keepOnly(relation, chosen(command.names, relation, false));
}

function rename(command: Of<'rename'>, { relation }: CommandContext): void {
  for (const { from, to } of command.pairs) {
    const pattern = from.name.includes('*') ? wildcard(from.name) : null;
    const sources =
      pattern === null ? [from.name] : [...relation.fields.keys()].filter((name) => pattern.test(name));
    for (const source of sources) {
      let target = to;
      if (pattern !== null && to.includes('*')) {
        const found = pattern.exec(source)?.slice(1) ?? [];
        let at = 0;
        target = to.replaceAll('*', () => found[at++] ?? '');
      }
      renameOne(relation, source, target);
    }
  }
}

/** The field keeps its place. A name that was in use is replaced. */
function renameOne(relation: Relation, source: string, target: string): void {
  const field = relation.find(source);
  if (source === target) return;
  if (field === undefined) {
    // What has the new name is lost (Search Reference, "rename": a field that does not exist).
    relation.remove(target);
    return;
  }
  const own = relation.fields.has(source)
    ? source
    : [...relation.fields.keys()].find((name) => name.toLowerCase() === source.toLowerCase());
  const renamed = new Map<string, Field>();
  for (const [name, value] of relation.fields) {
    if (name === own) renamed.set(target, field);
    else if (name !== target) renamed.set(name, value);
  }
  relation.fields = renamed;
  if (relation.folded !== null) {
    const folded = new Map(relation.folded);
    folded.delete(source.toLowerCase());
    relation.folded = folded;
  }
}

function fillnull({ names, value }: Of<'fillnull'>, { relation }: CommandContext): void {
  const wanted =
    names.length > 0
      ? chosen(names, relation, false).map(([name]) => name)
      : [...relation.fields.keys()].filter((name) => !name.startsWith('_'));
  for (const name of wanted) {
    const field = relation.use(name);
    if (field === undefined) relation.set(name, literal(value), 'text');
    else if (field.type === 'list') relation.set(name, `COALESCE(${field.sql}, [${literal(value)}])`, 'list');
    else if (field.type === 'number' && /^\d{1,15}$/.test(value))
      relation.set(name, `COALESCE(${field.sql}, ${value}::DOUBLE)`, 'number');
    else relation.set(name, `COALESCE(${asText(field)}, ${literal(value)})`, 'text');
  }
}

function bin({ field: { name }, span, as, at }: Of<'bin'>, context: CommandContext): void {
  const field = context.relation.use(name);
  if (field === undefined) return;
  const number = asNumber(field);
  if (span.unit !== 'none' || name === '_time') {
    context.relation.set(as, floorTo(number, span), 'number');
    return;
  }
  const width = `${span.value}::DOUBLE`;
  if (span.value <= 0) throw context.fail('bin: the span is not above 0', at);
  const low = `floor(${number} / ${width}) * ${width}`;
  context.relation.set(as, `${numberText(low)} || '-' || ${numberText(`${low} + ${width}`)}`, 'text');
}

function floorTo(number: string, { value, unit }: Span): string {
  if (unit !== 'month') return `floor(${number} / ${value}::DOUBLE) * ${value}::DOUBLE`;
  const since = `((year(t) - 1970) * 12 + month(t) - 1) // ${Math.max(1, Math.round(value))} * ${Math.max(1, Math.round(value))}`;
  const time = `make_timestamp(CAST(${number} * 1000000 AS BIGINT))`;
  return `epoch(DATE '1970-01-01' + to_months(CAST(${since.replaceAll('(t)', `(${time})`)} AS INTEGER)))::DOUBLE`;
}

function makemv(
  { field: { name }, delimiter, allowEmpty }: Of<'makemv'>,
  { relation }: CommandContext,
): void {
  const field = relation.use(name);
  if (field === undefined) return;
  const parts = `string_split(${asText(field)}, ${literal(delimiter)})`;
  relation.set(name, allowEmpty ? parts : `list_filter(${parts}, lambda ${X}: ${X} <> '')`, 'list');
}

function nomv({ field: { name } }: Of<'nomv'>, { relation }: CommandContext): void {
  const field = relation.use(name);
  if (field?.type === 'list') relation.set(name, asText(field), 'text');
}

function rex(command: Of<'rex'>, context: CommandContext): void {
  const { relation } = context;
  const field = relation.use(command.field.name);
  if (command.mode === 'sed') {
    if (field !== undefined) relation.set(command.field.name, sed(asText(field), command, context), 'text');
    return;
  }
  const regex = readRegex(command.pattern, context, command.at);
  if (regex.groups.every((name) => name === null))
    throw context.fail('rex wants a group with a name, (?<name>…)', command.at);
  const twice = regex.groups.find((name, index) => name !== null && regex.groups.indexOf(name) !== index);
  if (twice !== undefined) throw context.fail(`rex: two groups have the name ${twice}`, command.at);
  const added: [string, string][] = [];
  regex.groups.forEach((name, index) => {
    if (name === null) return;
    const old = relation.use(name);
    const found =
      field === undefined ? 'NULL' : regexExtract(asText(field), regex, index + 1, command.maxMatch);
    const before = old === undefined ? '' : command.maxMatch === 1 ? asText(old) : asList(old);
    added.push([name, before === '' ? found : `COALESCE(${found}, ${before})`]);
  });
  for (const [name, sql] of added) relation.set(name, sql, command.maxMatch === 1 ? 'text' : 'list');
}

/** `s/PATTERN/REPLACEMENT/g` and `y/abc/xyz/`; another sign may stand for the slash. */
function sed(value: string, { pattern, at }: Of<'rex'>, context: CommandContext): string {
  const delimiter = pattern[1] ?? '';
  const parts: string[] = [''];
  for (let i = 2; i < pattern.length; i++) {
    if (pattern[i] === '\\' && pattern[i + 1] === delimiter)
      parts[parts.length - 1] = `${parts.at(-1)}${pattern[++i]}`;
    else if (pattern[i] === '\\' && i + 1 < pattern.length)
      parts[parts.length - 1] = `${parts.at(-1)}\\${pattern[++i]}`;
    else if (pattern[i] === delimiter) parts.push('');
    else parts[parts.length - 1] = `${parts.at(-1)}${pattern[i]}`;
  }
  const [search = '', replacement = '', flags = ''] = parts;
  if (parts.length !== 3 || /[\s\w\\]/.test(delimiter))
    throw context.fail('rex: mode=sed wants s/…/…/ or y/…/…/', at);
  if (pattern.startsWith('y') && flags === '' && search.length === replacement.length)
    return `translate(${value}, ${literal(search)}, ${literal(replacement)})`;
  if (!pattern.startsWith('s') || !/^[gi]*$/.test(flags))
    throw context.fail(`rex: mode=sed does not know ${pattern.slice(0, 1)}/…/…/${flags}`, at);
  const regex = readRegex((flags.includes('i') ? '(?i)' : '') + search, context, at);
  if (flags.includes('g'))
    return regexReplace(value, (flags.includes('i') ? '(?i)' : '') + search, replacement, context, at);
  if (regex.engine === 'js') throw context.fail('rex: mode=sed with look-around wants the flag g', at);
  return `regexp_replace(${value}, ${literal(regex.source)}, ${literal(readReplacement(replacement, regex, context, at))})`;
}
