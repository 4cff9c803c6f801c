/**
 * Questions about processes as searches of an engine. Each is a Sigma rule made here, so that every naming of fields
 * that a hunt knows is known; GUIDs are put in afterwards, thousands at once, in the forms in which shippers write them.
 */
import { logSourceTable, type EventSelector } from '../../detect/index.ts';
import { HuntbookError } from '../../errors.ts';
import { parseRules, type SigmaRule } from '../../sigma/index.ts';
import { guidBatches } from '../../sources/index.ts';
import type { RuleSearch, Translator } from './translate.ts';
import type { FieldNames } from './types.ts';

/** What is asked for: creations, ends, or any events of processes, named by one thing. */
export interface ProcessAsk {
  readonly of: 'creation' | 'end' | 'any';
  readonly by: 'guid' | 'parentGuid' | 'pid' | 'parentPid' | 'image' | 'record';
  /** By host; null: any. GUIDs without braces, process ids in decimal. */
  readonly values: ReadonlyMap<string | null, readonly string[]>;
  /** Only what Sysmon, or only what the Security log says. */
  readonly only?: 'sysmon' | 'audit';
  readonly channel?: string;
}

/** Where events without a GUID name the process that acts. */
const actorIds = [
  'ProcessId',
  // So in the Security log's 5156 and 5158.
  'ProcessID',
  'SourceProcessId',
  'ClientProcessId',
  'CallerProcessId',
  'Execution_ProcessID',
];
/** Beyond any process id: stands for those of the first host, the next for those of the second. */
const pidMark = 7_100_000_000;
/** Stands for the GUIDs until they are put in. */
const mark = '7a1c0c55-0000-4000-8000-68756e74626b';
const { process_creation: creations = [], process_termination: ends = [] } =
  logSourceTable.categories['windows'] ?? {};

/** One search for all of them; several where the engine can not say them as one. */
export async function processSearches(
  translator: Translator,
  asks: readonly ProcessAsk[],
  { fields, pipelines, splunk }: { fields: FieldNames; pipelines: boolean; splunk: boolean },
): Promise<RuleSearch[]> {
  const found: RuleSearch[] = [];
  for (const ask of asks) {
    for (const variant of pipelines ? [null] : variantsOf(ask)) {
      const rule = ruleOf(ask, variant, fields, splunk);
      const { searches } = await translator.translateFor(rule, [selectorOf(variant)]);
      for (const search of searches) found.push({ ...search, query: withValues(search.query, ask) });
    }
  }
  return splunk ? unitedSpl(found) : unitedDsl(found);
}

/** Both must hold: a search of a rule, and one of `processSearches`. */
export function bothOf(rule: RuleSearch, processes: RuleSearch): RuleSearch {
  const approximate = rule.approximate || processes.approximate;
  if (typeof rule.query !== 'string')
    return { ...rule, approximate, query: { bool: { filter: [rule.query, processes.query] } } };
  if (rule.query.trimStart().startsWith('|')) return rule;
  return { ...rule, approximate, query: `(${processes.query as string}) ${rule.query}` };
}

/** The variants of the log source that may answer; the Security log knows no GUIDs. */
function variantsOf(ask: ProcessAsk): (EventSelector | null)[] {
  const { of, only } = ask;
  if (of === 'any') return [null];
  const wanted = isByGuid(ask) ? 'sysmon' : only;
  return (of === 'creation' ? creations : ends).filter(
    ({ variant }) => wanted === undefined || variant === wanted,
  );
}

/** Without the names of the variant, which the rules are written in. */
function selectorOf(variant: EventSelector | null): EventSelector {
  if (variant === null) return {};
  const { fields: _, ...selector } = variant;
  return selector;
}

function ruleOf(
  ask: ProcessAsk,
  variant: EventSelector | null,
  fields: FieldNames,
  splunk: boolean,
): SigmaRule {
  const names = namesOf(ask, variant?.variant === 'audit', fields);
  // One list of GUIDs for all hosts: they are told apart by themselves.
  const groups: (readonly [readonly string[], readonly string[]])[] = isByGuid(ask)
    ? [[[...ask.values.keys()].flatMap((host) => host ?? []), []]]
    : [...ask.values].map(([host, values]) => [host === null ? [] : [host], values]);
  const anyHost = ask.values.has(null);
  const items = groups.flatMap(([hosts, values], group) =>
    names.map((name) => ({
      ...compared(ask, name, values, splunk, group),
      // A short name is meant with any domain.
      ...(hosts.length > 0 &&
        !anyHost && {
          Computer: hosts.flatMap((host) => (host.includes('.') ? [host] : [host, `${host}.*`])),
        }),
      ...(ask.channel !== undefined && { Channel: channelsOf(ask.channel) }),
    })),
  );
  const category = { creation: 'process_creation', end: 'process_termination', any: undefined }[ask.of];
  const text = JSON.stringify({
    title: 'processes',
    logsource: { product: 'windows', ...(category !== undefined && { category }) },
    detection: { asked: items, condition: 'asked' },
  });
  const { rules, errors } = parseRules(text, 'processes.yml');
  const [rule] = rules;
  if (rule === undefined) throw errors[0] ?? new HuntbookError('HB_INTERNAL', 'no rule about processes');
  return rule;
}

/** GUIDs, and on Elastic process ids, are put in afterwards. */
function compared(
  ask: ProcessAsk,
  name: string,
  values: readonly string[],
  splunk: boolean,
  group: number,
): Record<string, string | string[]> {
  // Without regard to case Splunk compares anyway; there `cased` would be a regular expression.
  if (isByGuid(ask)) return { [splunk ? name : `${name}|cased`]: mark };
  if (isByPid(ask) && !splunk) return { [`${name}|cased`]: String(pidMark + group) };
  return { [name]: formsOf(ask, values) };
}

function isByGuid({ by }: ProcessAsk): boolean {
  return by === 'guid' || by === 'parentGuid';
}

function isByPid({ by }: ProcessAsk): boolean {
  return by === 'pid' || by === 'parentPid';
}

function namesOf({ of, by }: ProcessAsk, audit: boolean, fields: FieldNames): string[] {
  switch (by) {
    case 'guid':
      // Sysmon's events 8 and 10 differ in the letters of the name.
      return of === 'any' ? ['ProcessGuid', 'SourceProcessGUID', 'SourceProcessGuid'] : ['ProcessGuid'];
    case 'parentGuid':
      return ['ParentProcessGuid'];
    case 'pid':
      if (of === 'any') return [...actorIds];
      // The Elastic Common Schema has one name for both logs.
      return audit && of === 'creation' && fields !== 'ecs' ? ['NewProcessId'] : ['ProcessId'];
    case 'parentPid':
      return audit && fields !== 'ecs' ? ['ProcessId'] : ['ParentProcessId'];
    case 'image':
      return audit && fields !== 'ecs' ? ['NewProcessName'] : ['Image'];
    case 'record':
      return ['EventRecordID'];
  }
}

function formsOf({ by }: ProcessAsk, values: readonly string[]): string[] {
  switch (by) {
    case 'pid':
    case 'parentPid':
      return values.flatMap(pidForms);
    case 'image':
      return values.map((image) =>
        image === '*' ? image : /[\\/:]/.test(image) ? literal(image) : `*\\\\${literal(image)}`,
      );
    default:
      return values.map(literal);
  }
}

/** `Security` and `Sysmon` say enough of a channel. */
function channelsOf(name: string): string[] {
  return name.includes('/') ? [name] : [name, `Microsoft-Windows-${name}/Operational`];
}

/** A backslash of the text is one in the value too; asterisks and question marks stay wildcards. */
function literal(text: string): string {
  return text.replaceAll('\\', '\\\\');
}

function withValues(query: RuleSearch['query'], ask: ProcessAsk): RuleSearch['query'] {
  if (typeof query === 'string') {
    if (!isByGuid(ask)) return query;
    const forms = [...ask.values.values()].flat().flatMap((guid) => [`"${guid}"`, `"{${guid}}"`]);
    return query.replaceAll(
      new RegExp(`([\\w.]+|"[^"]*")="${mark}"`, 'g'),
      (_, name) => `${name} IN (${forms.join(', ')})`,
    );
  }
  if (isByPid(ask)) {
    const pids = new Map([...ask.values.values()].map((values, group) => [String(pidMark + group), values]));
    return put(query, (field, value) => {
      const values = pids.get(String(value));
      // A field of numbers takes no hexadecimal.
      if (values !== undefined)
        return {
          terms: { [field]: typeof value === 'number' ? values.map(Number) : values.flatMap(pidForms) },
        };
      return null;
    }) as RuleSearch['query'];
  }
  if (!isByGuid(ask)) return query;
  const guids = [...ask.values.values()].flat();
  return put(query, (field, value) => {
    if (value !== mark) return null;
    const batches = [...guidBatches(field, guids)];
    return batches.length === 1 ? batches[0] : { bool: { should: batches, minimum_should_match: 1 } };
  }) as RuleSearch['query'];
}

/** The Security log has them in hexadecimal. */
function pidForms(pid: string): string[] {
  const hex = Number(pid).toString(16);
  return [pid, `0x${hex}`, ...(/[a-f]/.test(hex) ? [`0x${hex.toUpperCase()}`] : [])];
}

/** With another query in place of each comparison of one value that `of` knows. */
function put(query: unknown, of: (field: string, value: unknown) => unknown): unknown {
  if (Array.isArray(query)) return query.map((one) => put(one, of));
  if (typeof query !== 'object' || query === null) return query;
  const [[kind, body] = ['', null]] = Object.entries(query);
  if (kind === 'term') {
    const [[field, comparison] = ['', null]] = Object.entries(body as Record<string, { value?: unknown }>);
    return of(field, comparison?.value) ?? query;
  }
  return Object.fromEntries(Object.entries(query).map(([key, value]) => [key, put(value, of)]));
}

function unitedDsl(searches: readonly RuleSearch[]): RuleSearch[] {
  const byIndex = Map.groupBy(searches, ({ index }) => index);
  return [...byIndex.values()].map((alike) => {
    const [first] = alike as [RuleSearch, ...RuleSearch[]];
    if (alike.length === 1) return first;
    const query = { bool: { should: alike.map((one) => one.query), minimum_should_match: 1 } };
    return { ...first, query, approximate: alike.some(({ approximate }) => approximate) };
  });
}

/** Several searches as one; what goes on behind a pipe stays by itself. */
export function unitedSpl(searches: readonly RuleSearch[]): RuleSearch[] {
  const plain = searches.filter(({ query }) => !/[\n|]/.test(query as string));
  const [first] = plain;
  const rest = searches.filter((one) => !plain.includes(one));
  if (first === undefined || plain.length === 1) return [...plain, ...rest];
  const query = plain.map((one) => `(${one.query as string})`).join(' OR ');
  return [{ ...first, query }, ...rest];
}
