/** A search as one statement of SQL over a table of events. */
import { splError } from '../error.ts';
import { MAX_MADE } from '../limits.ts';
import type { Command, Pipeline, SearchExpression } from '../ast.ts';
import { parseSpl } from '../parse/pipeline.ts';
import { parseTimeModifier } from '../run/time-modifier.ts';
import { eventRelation } from './base.ts';
import type { EventTable } from './base.ts';
import { columnCommand } from './columns.ts';
import { join, stack, subsearchTest } from './combine.ts';
import type { CommandContext } from './context.ts';
import { compileEval, compileTest, placeOf } from './eval.ts';
import { regexMatch } from './regex-sql.ts';
import { asText, Relation, Scope } from './relation.ts';
import type { ValueType } from './relation.ts';
import * as rows from './rows.ts';
import { namesTime, searchTest } from './search.ts';
import type { SearchContext } from './search.ts';
import { anyItem, ITEM, numberLiteral } from './sql-text.ts';
import { refuseWildcards } from './wildcards.ts';
import { eventstats, stats, streamstats, topOrRare } from './stats.ts';

export interface CompileOptions extends EventTable {
  /** Time range of the first command, where it names none itself: as text of a time modifier. */
  readonly earliest?: string;
  readonly latest?: string;
  /** Seconds since 1970. */
  readonly now?: number;
}

export interface CompiledSpl {
  readonly sql: string;
  readonly fields: readonly { readonly name: string; readonly type: ValueType }[];
}

export function compileSpl(pipeline: Pipeline, text: string, options: CompileOptions): CompiledSpl {
  const compiler = new Compiler(text, options);
  const relation = compiler.pipeline(pipeline);
  const fields = [...relation.fields].map(([name, { type }]) => ({ name, type }));
  const selected = [...relation.fields.values()].map(({ sql }, index) => `${sql} AS c${index}`);
  if (selected.length === 0) selected.push('1 AS c0');
  const query = `SELECT ${selected.join(', ')} FROM ${relation.from}${relation.tail}${relation.orderBy()}`;
  return { sql: relation.scope.statement(query), fields };
}

class Compiler {
  readonly #text: string;
  readonly #options: CompileOptions;
  readonly #scope = new Scope();
  readonly #now: number;

  constructor(text: string, options: CompileOptions) {
    this.#text = text;
    this.#options = options;
    this.#now = options.now ?? Date.now() / 1000;
  }

  pipeline(pipeline: Pipeline): Relation {
    const [first] = pipeline.commands;
    const generates = first?.kind === 'makeresults' || first?.kind === 'union';
    if (pipeline.generating && !generates && first?.kind !== 'search')
      throw this.#fail(`${first?.kind ?? 'the search'} cannot be the first command`, first?.at ?? 0);
    const context = this.#context(generates ? this.#nothing() : eventRelation(this.#scope, this.#options));
    pipeline.commands.forEach((command, index) => {
      if (generates && index === 0) context.relation = this.#generate(command, context);
      else {
        if (index === 0 && command.kind === 'search') this.#range(command.expression, context);
        this.#command(command, context);
      }
    });
    return context.relation;
  }

  #context(relation: Relation): CommandContext {
    const fail = this.#fail.bind(this);
    const now = this.#now;
    const context: CommandContext = {
      relation,
      now,
      fail,
      pipeline: (pipeline) => this.pipeline(pipeline),
      searchTest: (text, at) => {
        const [command, ...others] = parseSpl(text).commands;
        if (command?.kind !== 'search' || others.length > 0)
          throw fail('searchmatch wants conditions of search', at);
        return searchTest(command.expression, this.#searchContext(context));
      },
      evalContext: {
        get relation() {
          return context.relation;
        },
        now,
        fail,
        searchTest: (text, at) => context.searchTest(text, at),
      },
    };
    return context;
  }

  #searchContext(context: CommandContext): SearchContext {
    return {
      relation: context.relation,
      time: (value, at) => this.#time(value, at),
      subsearch: (expression) => subsearchTest(expression, context),
    };
  }

  /** The time range of the options holds where the search itself names no time. */
  #range(expression: SearchExpression, { relation }: CommandContext): void {
    const { earliest, latest } = this.#options;
    if ((earliest === undefined && latest === undefined) || namesTime(expression)) return;
    const time = relation.use('_time');
    if (time === undefined) return;
    if (earliest !== undefined && earliest !== '' && earliest !== '0')
      relation.keep(`${time.sql} >= ${numberLiteral(this.#time(earliest, 0))}`);
    if (latest !== undefined && latest !== '' && latest !== 'now')
      relation.keep(`${time.sql} < ${numberLiteral(this.#time(latest, 0))}`);
  }

  #time(value: string, at: number): number {
    const time = parseTimeModifier(value, this.#now);
    if (time === null) throw this.#fail(`the time ${JSON.stringify(value)} is not known`, at);
    return time;
  }

  #fail(message: string, at: number) {
    return splError(this.#text, at, message);
  }

  #nothing(): Relation {
    return new Relation(this.#scope, '(SELECT 1)', new Map());
  }

  #generate(command: Command, context: CommandContext): Relation {
    if (command.kind === 'union')
      return stack(
        command.subsearches.map(({ pipeline }) => context.pipeline(pipeline)),
        true,
      );
    if (command.kind !== 'makeresults')
      throw this.#fail(`${command.kind} cannot be the first command`, command.at);
    if (command.count > MAX_MADE)
      throw this.#fail(`makeresults makes ${MAX_MADE} results at most`, command.at);
    const time = { sql: numberLiteral(Math.floor(this.#now)), type: 'number', stable: true } as const;
    return new Relation(
      this.#scope,
      `range(${command.count}) AS ${this.#scope.fresh()}`,
      new Map([['_time', time]]),
    );
  }

  #command(command: Command, context: CommandContext): void {
    const { relation } = context;
    refuseWildcards(command, context);
    switch (command.kind) {
      case 'search': {
        const test = searchTest(command.expression, this.#searchContext(context));
        if (test !== 'TRUE') relation.keep(test);
        return;
      }
      case 'where':
        relation.keep(compileTest(command.expression, context.evalContext));
        return;
      case 'eval':
        for (const { name, expression } of command.assignments) this.#assign(name, expression, context);
        return;
      case 'regex': {
        const field = relation.use(command.field.name);
        const test = (sql: string): string => regexMatch(sql, command.pattern, context, command.at);
        if (field === undefined) test('NULL');
        const found =
          field === undefined
            ? 'FALSE'
            : field.type === 'list'
              ? anyItem(field.sql, test(ITEM))
              : test(asText(field));
        relation.keep(command.negated ? `(${found}) IS NOT TRUE` : found);
        return;
      }
      case 'head':
        return rows.head(relation, command.count);
      case 'tail':
        rows.reverse(relation);
        return rows.head(relation, command.count);
      case 'reverse':
        return rows.reverse(relation);
      case 'sort':
        return rows.sort(command, context);
      case 'dedup':
        return rows.dedup(command, context);
      case 'mvexpand':
        return rows.mvexpand(command, context);
      case 'stats':
        context.relation = stats(command, context);
        return;
      case 'eventstats':
        return eventstats(command, context);
      case 'streamstats':
        return streamstats(command, context);
      case 'top':
      case 'rare':
        context.relation = topOrRare(command, context);
        return;
      case 'join':
        return join(command, context);
      case 'append':
        context.relation = stack([relation, context.pipeline(command.subsearch.pipeline)], false);
        return;
      case 'union':
        context.relation = stack(
          [relation, ...command.subsearches.map(({ pipeline }) => context.pipeline(pipeline))],
          true,
        );
        return;
      case 'makeresults':
        throw this.#fail('makeresults must be the first command', command.at);
      default:
        columnCommand(command, context);
    }
  }

  #assign(name: string, expression: Parameters<typeof compileEval>[0], context: CommandContext): void {
    const { relation } = context;
    const value = compileEval(expression, context.evalContext);
    if (value.type === 'boolean')
      throw this.#fail(`eval: ${name} would be true or false; use if()`, placeOf(expression));
    if (value.type === 'null') relation.remove(name);
    else relation.set(name, value.sql, value.type);
  }
}
