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
      for (const search of searches) found.push({ ...search, query: withGuids(search.query, ask) });
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
function variantsOf({ of, by, only }: ProcessAsk): (EventSelector | null)[] {
  if (of === 'any') return [null];
  const byGuid = by === 'guid' || by === 'parentGuid';
  const wanted = byGuid ? 'sysmon' : only;
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
  const byGuid = ask.by === 'guid' || ask.by === 'parentGuid';
  // One list of GUIDs for all hosts: they are told apart by themselves.
  const groups: (readonly [readonly string[], readonly string[]])[] = byGuid
    ? [[[...ask.values.keys()].flatMap((host) => host ?? []), []]]
    : [...ask.values].map(([host, values]) => [host === null ? [] : [host], values]);
  const anyHost = ask.values.has(null);
  const items = groups.flatMap(([hosts, values]) =>
    names.map((name) => ({
      // Without regard to case Splunk compares anyway; there `cased` would be a regular expression.
      ...(byGuid ? { [splunk ? name : `${name}|cased`]: mark } : { [name]: formsOf(ask, values) }),
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
      // The Security log has them in hexadecimal.
      return values.flatMap((pid) => [pid, `0x${Number(pid).toString(16)}`]);
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

function withGuids(query: RuleSearch['query'], { by, values }: ProcessAsk): RuleSearch['query'] {
  if (by !== 'guid' && by !== 'parentGuid') return query;
  const guids = [...values.values()].flat();
  if (typeof query === 'string') {
    const forms = guids.flatMap((guid) => [`"${guid}"`, `"{${guid}}"`]).join(', ');
    return query.replaceAll(
      new RegExp(`([\\w.]+|"[^"]*")="${mark}"`, 'g'),
      (_, name) => `${name} IN (${forms})`,
    );
  }
  return put(query, guids) as RuleSearch['query'];
}

/** With a query of terms in place of each comparison with the mark. */
function put(query: unknown, guids: readonly string[]): unknown {
  if (Array.isArray(query)) return query.map((one) => put(one, guids));
  if (typeof query !== 'object' || query === null) return query;
  const [[kind, body] = ['', null]] = Object.entries(query);
  if (kind === 'term') {
    const [[field, comparison] = ['', null]] = Object.entries(body as Record<string, { value?: unknown }>);
    if (comparison?.value !== mark) return query;
    const batches = [...guidBatches(field, guids)];
    return batches.length === 1 ? batches[0] : { bool: { should: batches, minimum_should_match: 1 } };
  }
  return Object.fromEntries(Object.entries(query).map(([key, value]) => [key, put(value, guids)]));
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

/** What goes on behind a pipe stays by itself. */
function unitedSpl(searches: readonly RuleSearch[]): RuleSearch[] {
  const plain = searches.filter(({ query }) => !/[\n|]/.test(query as string));
  const [first] = plain;
  const rest = searches.filter((one) => !plain.includes(one));
  if (first === undefined || plain.length === 1) return [...plain, ...rest];
  const query = plain.map((one) => `(${one.query as string})`).join(' OR ');
  return [{ ...first, query }, ...rest];
}
