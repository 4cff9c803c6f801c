/** What each engine answers for each rule: digests of events. Each is asked the way a user asks it. */
import { Secret } from '../../src/config/index.ts';
import { loadRuleSet, type RuleInfo, type RuleSet } from '../../src/detect/index.ts';
import { HuntbookError } from '../../src/errors.ts';
import { FieldTable } from '../../src/events/index.ts';
import { describeFields, hunt, huntRemote, openEvents, type EventStore } from '../../src/hunt/index.ts';
import { sourcePipelines } from '../../src/hunt/remote/source-steps.ts';
import type { Finding, HuntSummary } from '../../src/hunt/index.ts';
import { serveSplunk } from '../../src/lab/index.ts';
import { loadRules } from '../../src/rules/index.ts';
import { Converter, fieldsOf, type SigmaRule } from '../../src/sigma/index.ts';
import {
  defaultLimits,
  indexEvents,
  openElastic,
  openSplunk,
  readAll,
  type SearchEngine,
} from '../../src/sources/index.ts';
import { quoteName } from '../../src/store/index.ts';
import { digestField } from './corpus.ts';
import { rawColumn } from './rules.ts';

export interface Rules {
  readonly set: RuleSet;
  readonly documents: readonly SigmaRule[];
}

/** Rules for Windows in folders. */
export async function windowsRules(folders: readonly string[]): Promise<Rules> {
  const { rules } = await loadRules(folders);
  const { set } = await loadRuleSet(folders, { cacheDir: null });
  return { set, documents: rules.filter(({ logsource }) => logsource.product === 'windows') };
}

/** Two rules of one file differ by their titles. */
export function keyOf({ path, title }: { readonly path: string; readonly title: string }): string {
  return `${path}\n${title}`;
}

export interface Answers {
  readonly found: ReadonlyMap<string, ReadonlySet<string>>;
  /** By rule: why it was not asked, or not answered. */
  readonly refused: ReadonlyMap<string, string>;
  /** What was said beside. */
  readonly issues: readonly string[];
  readonly seconds: number;
}

class Collector {
  readonly found = new Map<string, Set<string>>();
  readonly refused = new Map<string, string>();
  issues: string[] = [];
  readonly #started = performance.now();

  add(rule: string, digest: string): void {
    const known = this.found.get(rule);
    if (known === undefined) this.found.set(rule, new Set([digest]));
    else known.add(digest);
  }

  readonly onFinding = ({ rule, event, correlation }: Finding): void => {
    if (correlation === undefined) this.add(keyOf(rule), String(event.fields[digestField]));
  };

  take({ refused, issues }: HuntSummary): void {
    for (const { path, title, message } of refused)
      this.refused.set(keyOf({ path, title: title ?? '' }), message);
    this.issues = issues.map(({ code, message, count }) => `${code} ${message} (${count})`);
  }

  answers(): Answers {
    return { ...this, seconds: (performance.now() - this.#started) / 1000 };
  }
}

const runs = (rules: readonly SigmaRule[]): ((info: RuleInfo) => boolean) => {
  const keys = new Set(rules.map(keyOf));
  return (info) => keys.has(keyOf(info));
};

/** `huntbook hunt FILE`. */
export async function ofMatcher(file: string, { set, documents }: Rules): Promise<Answers> {
  const collector = new Collector();
  const { onFinding } = collector;
  collector.take(await hunt({ paths: [file], rules: set, rule: runs(documents), onFinding }));
  return collector.answers();
}

/** `huntbook hunt --source`, on an engine. */
async function ofEngine(engine: SearchEngine, index: string, { set, documents }: Rules): Promise<Answers> {
  const collector = new Collector();
  const { onFinding } = collector;
  const summary = await huntRemote({
    engine,
    source: 'parity',
    rules: set,
    documents,
    rule: runs(documents),
    index,
    // A busy machine is no difference.
    timeout: 1800,
    ...(await describeFields(engine)),
    onFinding,
  });
  collector.take(summary);
  return collector.answers();
}

/** Events loaded as huntbook loads them, rules asked as `hunt --source` asks. */
export async function ofOpenSearch(
  url: string,
  index: string,
  file: string,
  rules: Rules,
): Promise<Answers & { readonly loadSeconds: number }> {
  const engine = await openElastic({ product: 'opensearch', url, index });
  try {
    const started = performance.now();
    const batches = readAll([file], { fields: new FieldTable(), limits: defaultLimits, onIssue: () => {} });
    const { failed, failures } = await indexEvents(engine, batches, { index });
    if (failed > 0) throw new Error(`${failed} events were not stored: ${[...failures.keys()].join('\n')}`);
    const loadSeconds = (performance.now() - started) / 1000;
    return { ...(await ofEngine(engine, index, rules)), loadSeconds };
  } finally {
    await engine.close();
  }
}

/** The stand-in over HTTP, with huntbook's own client, rules asked as `hunt --source` asks. */
export async function ofSplunk({ database, tables }: EventStore, rules: Rules): Promise<Answers> {
  const columns = tables.find(({ name }) => name === 'events_text')?.columns ?? [];
  // Thousands of searches that want all columns: a table of its own is faster for them than the file.
  await database.run('CREATE TABLE kept AS FROM events_text');
  const server = await serveSplunk({ database, table: 'kept', columns, password: 'only-here' });
  const engine = await openSplunk({ url: server.url, username: 'admin', password: new Secret('only-here') });
  try {
    return await ofEngine(engine, 'main', rules);
  } finally {
    await engine.close();
    await server.close();
    await database.run('DROP TABLE kept');
  }
}

/** Sigma's duckdb target over the table `events_text`. */
export async function ofDuckdb(store: EventStore, { set, documents }: Rules): Promise<Answers> {
  const { database } = store;
  const collector = new Collector();
  await database.run(`CREATE TABLE logs AS ${logs(store, documents, set)}`);
  const compiled = new Map(set.rules.map((rule) => [keyOf(rule.info), rule]));
  const converters = new Map<string, Converter>();
  for (const document of documents) {
    const rule = compiled.get(keyOf(document));
    if (rule === undefined) continue;
    try {
      for (const selector of set.routes[rule.route] ?? [{}]) {
        const key = JSON.stringify(selector);
        let converter = converters.get(key);
        if (converter === undefined) {
          const pipelines = sourcePipelines(selector, 'sigma');
          converter = new Converter({ target: 'duckdb', pipelines, options: { raw: rawColumn } });
          converters.set(key, converter);
        }
        const [conversion] = converter.convert({ rules: [document], correlations: [] }).conversions;
        if (conversion?.error !== undefined) throw conversion.error;
        for (const query of conversion?.queries ?? []) {
          const sql = String(query).replace(/^SELECT \*/, `SELECT ${digestField}`);
          for (const row of await database.all(sql)) collector.add(keyOf(document), String(row[digestField]));
        }
      }
    } catch (error) {
      if (!(error instanceof HuntbookError)) throw error;
      collector.refused.set(keyOf(document), error.message);
    }
  }
  for (const { path, title, message } of set.refused)
    collector.refused.set(keyOf({ path, title: title ?? '' }), message);
  await database.run('DROP TABLE logs');
  return collector.answers();
}

/** The events with a column for every field that a rule asks for, and one with all values, for keywords. */
function logs({ tables }: EventStore, documents: readonly SigmaRule[], { routes }: RuleSet): string {
  const columns = (tables.find(({ name }) => name === 'events_text')?.columns ?? [])
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('_'));
  const known = new Set(columns.map((name) => name.toLowerCase()));
  const asked = [
    ...documents.flatMap((rule) => fieldsOf(rule)),
    ...routes.flatMap((selectors) =>
      selectors.flatMap(({ fields, has }) => [...Object.values(fields ?? {}), ...(has ?? [])]),
    ),
    'Channel',
    'EventID',
    'Provider_Name',
  ];
  const absent: string[] = [];
  for (const name of asked) {
    if (known.has(name.toLowerCase())) continue;
    known.add(name.toLowerCase());
    absent.push(`CAST(NULL AS VARCHAR) AS ${quoteName(name)}`);
  }
  const raw = `concat_ws(chr(10), ${columns.map(quoteName).join(', ')}) AS ${rawColumn}`;
  return `SELECT ${[...columns.map(quoteName), ...absent, raw].join(', ')} FROM events_text`;
}

export const openCorpus = (file: string): Promise<EventStore> => openEvents([file]);
