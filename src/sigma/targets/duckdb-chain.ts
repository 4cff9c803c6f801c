/**
 * Chains of processes (`type: process_chain`) in DuckDB's SQL, over the tables of `huntbook sql`: the events, and
 *
 *     processes(Process BIGINT, Parent BIGINT, Start TIMESTAMP_NS, Computer VARCHAR, …)   who started whom, and when
 *     process_of(_row BIGINT, Process BIGINT, Time TIMESTAMP_NS)                           the process that acts in an event
 *
 * The meaning is that of src/process/chain/types.ts. Lines of descent are walked up from the processes that match the
 * last step, as far as the window allows, so the work follows these. On a line every process has its place, from 0 at
 * the bottom. A window always holds the creation of the lowest process; so of the events of one step and process only
 * the last before that and the first after it decide whether a window has one (`early`, `late`). A chain fits where it
 * fits a window that begins with a creation or an event of its own, so those are the windows that are tried. The steps
 * are then placed from the bottom up, and of the ways to a place only the nearest is kept.
 */
import type { SigmaCorrelation } from '../ast.ts';
import { chainHits, excludedProcesses, type ChainNames } from './duckdb-chain-hits.ts';
import type { CorrelationContext } from './types.ts';

type Chain = NonNullable<SigmaCorrelation['chain']>;
const nanoseconds = 1_000_000_000;
/** As in src/process/chain/types.ts. */
const maxGenerations = 1000;

/** One row for each chain: of each step the process, the time and the event, then the host, the first and the last time. */
export function duckdbChain(
  context: CorrelationContext,
  names: ChainNames,
): { search: string; query: string }[] {
  const query = new ChainQuery(context, names).write();
  return [{ search: query, query }];
}

class ChainQuery {
  readonly #context: CorrelationContext;
  readonly #chain: Chain;
  readonly #names: ChainNames;
  readonly #count: number;
  readonly #any: boolean;
  readonly #span: bigint;
  readonly #keys: readonly string[];

  constructor(context: CorrelationContext, names: ChainNames) {
    this.#context = context;
    this.#chain = context.correlation.chain as Chain;
    this.#names = names;
    this.#count = context.parts.length;
    this.#any = this.#chain.order === 'any';
    this.#span = BigInt(context.correlation.timespan.seconds) * BigInt(nanoseconds);
    this.#keys = context.correlation.groupBy.map((_, at) => `g${at}`);
  }

  write(): string {
    const { excluded, correlation } = this.#context;
    const each = Array.from({ length: this.#count }, (_, at) => at + 1);
    const steps = [
      `hits AS (${chainHits(this.#context, this.#names)})`,
      ...(excluded.length > 0 ? [`excluded AS (${excludedProcesses(excluded, this.#names)})`] : []),
      `walk AS (${this.#walk()})`,
      `marks AS (${this.#marks()})`,
      `windows AS (${this.#windows()})`,
      `reach_${this.#count} AS (${this.#lowest()})`,
      ...each
        .toReversed()
        .slice(1)
        .map((step) => `reach_${step} AS (${this.#above(step)})`),
      `chains AS (${this.#nearest()})`,
      `placed AS (${this.#placed()})`,
      `found AS (${this.#found()})`,
    ];
    const columns = [
      ...correlation.groupBy.map(
        (key, at) => `any_value(n${at} ORDER BY step) AS ${this.#names.column(key)}`,
      ),
      ...each.flatMap((step) => [
        `max(actor) FILTER (step = ${step}) AS Process_${step}`,
        `make_timestamp_ns(max(hit[1]) FILTER (step = ${step})) AS Time_${step}`,
        `max(hit[2]) FILTER (step = ${step}) AS _row_${step}`,
      ]),
      'any_value(p.Computer) AS Computer',
      'make_timestamp_ns(least(min(lo), min(hit[1]))) AS First',
      'make_timestamp_ns(greatest(max(hi), max(hit[1]))) AS Last',
    ];
    return (
      `WITH RECURSIVE ${steps.join(', ')} SELECT ${columns.join(', ')} ` +
      `FROM found JOIN processes p ON p.Process = leaf GROUP BY ${this.#group('leaf')} ORDER BY Last, First, leaf`
    );
  }

  /**
   * `lo`, `hi`: the first and the last creation below a place. `floor`: the lowest place where the step below one that
   * stands here may stand, because of what may not stand between them.
   */
  #walk(): string {
    const begin = this.#any ? '' : ` WHERE step = ${this.#count}`;
    const excludes = this.#context.excluded.length > 0;
    const floor = excludes
      ? 'CASE WHEN x.actor IS NOT NULL AND w.place > 0 THEN w.place ELSE w.floor END'
      : '0';
    return (
      'SELECT p.Process AS leaf, p.Process AS node, p.Parent AS above, epoch_ns(p.Start) AS own, ' +
      'epoch_ns(p.Start) AS born, 0 AS place, NULL::BIGINT AS lo, NULL::BIGINT AS hi, 0 AS floor ' +
      `FROM processes p WHERE p.Process IN (SELECT actor FROM hits${begin}) UNION ALL ` +
      'SELECT w.leaf, p.Process, p.Parent, epoch_ns(p.Start), w.born, w.place + 1, least(w.lo, w.own), ' +
      `greatest(w.hi, w.own), ${floor} FROM walk w JOIN processes p ON p.Process = w.above` +
      (excludes ? ' LEFT JOIN excluded x ON x.actor = w.node' : '') +
      ` WHERE w.place < ${this.#generations()} AND w.own IS NOT NULL ` +
      `AND greatest(w.hi, w.own) - least(w.lo, w.own) <= ${this.#span}`
    );
  }

  /** The steps that a process on a line matches. */
  #marks(): string {
    const columns = ['leaf', 'place', 'lo', 'hi', 'floor', 'step', ...this.#keys].join(', ');
    return (
      `SELECT ${columns}, max(ns) FILTER (ns <= born) AS early, min(ns) FILTER (ns >= born) AS late ` +
      `FROM walk JOIN hits ON actor = node GROUP BY ${columns}`
    );
  }

  #windows(): string {
    const top = this.#any ? '' : ' AND t.step = 1';
    const columns = ['leaf', ...this.#keys].map((name) => `t.${name}`).join(', ');
    const from = `SELECT ${columns}, t.place AS top,`;
    const where = `WHERE t.place >= ${this.#count - 1}${top}`;
    return (
      `${from} t.lo AS begins FROM marks t ${where} UNION ${from} f.early FROM marks t JOIN marks f ` +
      `ON ${this.#same('f', 't')} AND f.place <= t.place AND f.early BETWEEN t.hi - ${this.#span} AND t.lo ${where}`
    );
  }

  #lowest(): string {
    const last = this.#any ? '' : ` AND m.step = ${this.#count}`;
    const carried = this.#any ? ', [m.step] AS steps' : '';
    return (
      `SELECT ${this.#group('w.leaf', 'w.')}, w.top, w.begins, 0 AS place, [0] AS places${carried} ` +
      `FROM windows w JOIN marks m ON ${this.#same('m', 'w')} AND m.place = 0${last} AND ${this.#within('w')}`
    );
  }

  /** The step at this level, counted from the top, placed above the one below it. */
  #above(level: number): string {
    const depth = this.#chain.relations[level - 1] === 'child' ? 1 : (this.#chain.maxDepth ?? maxGenerations);
    const on = [
      this.#same('m', 'r'),
      this.#any ? 'NOT list_contains(r.steps, m.step)' : `m.step = ${level}`,
      'm.place > r.place',
      `m.place <= r.place + ${depth}`,
      level === 1 ? 'm.place = r.top' : `m.place <= r.top - ${level - 1}`,
      'r.place >= m.floor',
      this.#within('r'),
    ];
    const group = `${this.#group('r.leaf', 'r.')}, r.top, r.begins, m.place`;
    const join = `FROM reach_${level + 1} r JOIN marks m ON ${on.join(' AND ')}`;
    const places = 'list_concat([m.place], r.places)';
    if (!this.#any) return `SELECT ${group}, min(${places}) AS places ${join} GROUP BY ${group}`;
    const all = `SELECT ${group}, ${places} AS places, list_concat([m.step], r.steps) AS steps ${join}`;
    const state = `${this.#group('leaf')}, top, begins, place, list_sort(steps)`;
    const columns = `${this.#group('leaf')}, top, begins, place, places, steps`;
    return `SELECT DISTINCT ON (${state}) ${columns} FROM (${all}) ORDER BY ${state}, places, steps`;
  }

  /** Of each lowest process the nearest chain, in the window that begins last. */
  #nearest(): string {
    const group = this.#group('leaf');
    const ways = this.#any ? 'places, steps' : 'places';
    return `SELECT DISTINCT ON (${group}) ${group}, begins, ${ways} FROM reach_1 ORDER BY ${group}, ${ways}, begins DESC`;
  }

  #placed(): string {
    const steps = this.#any ? 'unnest(steps)' : `unnest(range(1, ${this.#count + 1}))`;
    return `SELECT ${this.#group('leaf')}, begins, unnest(places) AS place, ${steps} AS step FROM chains`;
  }

  /** Of several events of a step the earliest in the window. */
  #found(): string {
    const group = `${this.#group('c.leaf', 'c.')}, c.step, w.lo, w.hi, h.actor`;
    const shown = this.#keys.map((_, at) => `, any_value(h.n${at}) AS n${at}`).join('');
    const same = this.#keys.map((key) => ` AND h.${key} = c.${key}`).join('');
    return (
      `SELECT ${group}, min([h.ns, h.event]) AS hit${shown} FROM placed c ` +
      'JOIN walk w ON w.leaf = c.leaf AND w.place = c.place ' +
      `JOIN hits h ON h.actor = w.node AND h.step = c.step AND h.ns >= c.begins${same} GROUP BY ${group}`
    );
  }

  #generations(): number {
    const { relations, maxDepth } = this.#chain;
    const each = relations.map((relation) => (relation === 'child' ? 1 : (maxDepth ?? maxGenerations)));
    return Math.min(
      maxGenerations,
      each.reduce((sum, most) => sum + most, 0),
    );
  }

  #group(leaf: string, prefix = ''): string {
    return [leaf, ...this.#keys.map((key) => prefix + key)].join(', ');
  }

  #same(a: string, b: string): string {
    return ['leaf', ...this.#keys].map((key) => `${a}.${key} = ${b}.${key}`).join(' AND ');
  }

  #within(window: string): string {
    return `(m.early >= ${window}.begins OR m.late <= ${window}.begins + ${this.#span})`;
  }
}
