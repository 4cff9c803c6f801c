/**
 * Correlations in SQL, for engines with window functions. Every match is a row with its time, its group and the rule
 * it is of; windows slide: each ends at a match (conditions with `not`: each begins at one) and holds what lies
 * within the time span, both ends included. Windows of one group that overlap give one row. The meaning is that of
 * the Sigma correlation specification 2.1.0, as the matcher has it.
 */
import type { SigmaCorrelation } from '../ast.ts';
import type { HuntbookError } from '../../errors.ts';
import type { SqlEngine, SqlSteps } from './sql-engine.ts';
import { addWindows, isNumeric } from './sql-windows.ts';
import { cannotExpress } from './dialect.ts';
import type { CorrelationContext, CorrelationPart } from './types.ts';

/** For `correlate` of a dialect. Throws HB_TARGET_UNSUPPORTED with the reason. */
export function sqlCorrelate(
  engine: SqlEngine,
): (context: CorrelationContext) => readonly { search: string; query: string }[] {
  return (context) => {
    const steps: string[] = [];
    const windows = new Builder(engine, context, 'c', steps).add();
    const { groupBy } = context.correlation;
    const columns = [
      ...groupBy.map((key, at) => `min(n${at}) AS ${engine.column(key)}`),
      `${engine.shown('min(starts)')} AS window_start`,
      `${engine.shown('max(ends)')} AS window_end`,
      `${onlyUpper(context.correlation) ? 'min' : 'max'}(value) AS value`,
    ];
    const group = [...groupBy.map((_, at) => `g${at}`), 'run'].join(', ');
    const query =
      `WITH ${steps.join(', ')} SELECT ${columns.join(', ')} FROM ${windows} ` +
      `GROUP BY ${group} ORDER BY min(ends)`;
    return [{ search: query, query }];
  };
}

class Builder implements SqlSteps {
  readonly #engine: SqlEngine;
  readonly #context: CorrelationContext;
  readonly #name: string;
  readonly #steps: string[];

  constructor(engine: SqlEngine, context: CorrelationContext, name: string, steps: string[]) {
    this.#engine = engine;
    this.#context = context;
    this.#name = name;
    this.#steps = steps;
  }

  /** Adds all steps; the last holds the windows, in runs. */
  add(step?: string, query?: string): string {
    if (step === undefined) return addWindows(this, this.#engine, this.#context, this.#matches());
    const name = `${this.#name}_${step}`;
    this.#steps.push(`${name} AS (${query})`);
    return name;
  }

  unsupported(what: string): HuntbookError {
    return cannotExpress(this.#context.correlation, this.#engine.title, what);
  }

  /** All matches: `slot` is the rule, `ts` the time, `g` the group, `n` as it is written, `v` what is counted. */
  #matches(): string {
    const { parts, correlation } = this.#context;
    const counted = !correlation.type.startsWith('temporal');
    if (counted && parts.some(isRule) && !parts.every(isRule))
      throw this.unsupported('counts of events and of correlations together');
    // One event that several rules match is one event.
    const together = counted && parts.every(isRule) && this.#sameFields();
    const selects = together
      ? [this.#ofRules(parts, 0, '')]
      : parts.map((part, slot) =>
          isRule(part)
            ? this.#ofRules([part], slot, counted ? this.#notBefore(part, slot) : '')
            : this.#ofCorrelation(part, slot),
        );
    // What is no number has no part in a window, but ends one all the same.
    const needed = ['ts', ...correlation.groupBy.map((_, at) => `g${at}`)];
    const events = this.add('events', selects.join(' UNION ALL '));
    const known = needed.map((name) => `${name} IS NOT NULL`).join(' AND ');
    return this.add('matches', `SELECT * FROM ${events} WHERE ${known}`);
  }

  #fields(part: CorrelationPart): { keys: string[]; fields: string[] } {
    const { aliases, groupBy, condition } = this.#context.correlation;
    const fieldOf = (name: string): string => {
      const fields = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
      return fields !== undefined && Object.hasOwn(fields, part.reference)
        ? (fields[part.reference] as string)
        : name;
    };
    const fields = condition.kind === 'threshold' ? condition.fields : [];
    return { keys: groupBy.map(fieldOf), fields: fields.map(fieldOf) };
  }

  #sameFields(): boolean {
    return new Set(this.#context.parts.map((part) => JSON.stringify(this.#fields(part)))).size === 1;
  }

  /** Leaves out what an earlier rule counted for the same group and value. */
  #notBefore(part: CorrelationPart, slot: number): string {
    const { folded, column, no } = this.#engine;
    const own = Object.values(this.#fields(part)).flat();
    return this.#context.parts
      .slice(0, slot)
      .map((earlier) => {
        const other = Object.values(this.#fields(earlier)).flat();
        const same = own.flatMap((name, at) => {
          const second = other[at] as string;
          return name === second ? [] : [`${folded(column(name))} = ${folded(column(second))}`];
        });
        return ` AND NOT coalesce(${[`(${searchOf(earlier)})`, ...same].join(' AND ')}, ${no})`;
      })
      .join('');
  }

  #ofRules(parts: readonly CorrelationPart[], slot: number, except: string): string {
    const { ticks, folded, column, table, time } = this.#engine;
    const { options } = this.#context;
    const { keys, fields } = this.#fields(parts[0] as CorrelationPart);
    const search = parts.map((part) => `(${searchOf(part)})`).join(' OR ');
    const columns = [
      `${slot} AS slot`,
      `${ticks(time(options))} AS ts`,
      ...keys.map((key, at) => `${folded(column(key))} AS g${at}`),
      ...keys.map((key, at) => `${column(key)} AS n${at}`),
      `${this.#value(fields.map(column))} AS v`,
    ];
    return `SELECT ${columns.join(', ')} FROM ${table(options)} WHERE ${except === '' ? search : `(${search})${except}`}`;
  }

  /** The moments at which another correlation held. */
  #ofCorrelation(part: CorrelationPart, slot: number): string {
    const context = part.context as CorrelationContext;
    const { groupBy, type } = this.#context.correlation;
    const inner = context.correlation.groupBy;
    const at = (name: string): number => {
      const found = inner.findIndex((key) => key.toLowerCase() === name.toLowerCase());
      if (found >= 0) return found;
      throw this.unsupported(`the field ${name} of a correlation that is not grouped by it`);
    };
    const { keys, fields } = this.#fields(part);
    const windows = new Builder(this.#engine, context, `${this.#name}${slot}`, this.#steps).add();
    // However long it held, it is one.
    const run = this.#tuple([...inner.map((_, key) => `g${key}`), 'run']);
    const columns = [
      `${slot} AS slot`,
      'ends AS ts',
      ...groupBy.map((_, place) => `g${at(keys[place] as string)} AS g${place}`),
      ...groupBy.map((_, place) => `n${at(keys[place] as string)} AS n${place}`),
      `${type === 'event_count' ? run : this.#value(fields.map((name) => `n${at(name)}`))} AS v`,
    ];
    return `SELECT ${columns.join(', ')} FROM ${windows}`;
  }

  #value(columns: readonly string[]): string {
    if (columns.length === 0) return '1';
    if (isNumeric(this.#context)) return this.#engine.number(columns[0] as string);
    return columns.length === 1 ? this.#engine.folded(columns[0] as string) : this.#tuple(columns);
  }

  /** One text of several; the lengths keep apart what a separator could not. Null when one is null. */
  #tuple(columns: readonly string[]): string {
    return columns
      .map((name) => this.#engine.folded(name))
      .map((text) => this.#engine.joined([`length(${text})`, "':'", text]))
      .reduce((left, right) => this.#engine.joined([left, right]));
  }
}

function isRule({ context }: CorrelationPart): boolean {
  return 'rule' in context;
}

function searchOf({ searches }: CorrelationPart): string {
  return searches.map(({ search }) => (searches.length > 1 ? `(${search})` : search)).join(' OR ');
}

/** Less is more where there are only upper bounds. */
function onlyUpper({ condition }: SigmaCorrelation): boolean {
  if (condition.kind !== 'threshold') return false;
  return condition.bounds.every(({ op }) => op === 'lt' || op === 'lte');
}
