/**
 * A search as text, such that reading it gives the same tree. Every text is quoted and every operator in parentheses:
 * it is meant for programs (tests, logs), not for people.
 */
import type {
  Aggregate,
  Command,
  EvalExpression,
  Name,
  Pattern,
  Pipeline,
  SearchExpression,
  SortKey,
  Span,
} from './ast.ts';
import { escapeQuoted } from './parse/cursor.ts';

export function printSpl({ commands, generating }: Pipeline): string {
  return (generating ? '| ' : '') + commands.map(printCommand).join(' | ');
}

const names = (list: readonly Name[]): string => list.map(({ name }) => escapeQuoted(name)).join(' ');
const sub = (pipeline: Pipeline): string => `[ ${printSpl(pipeline)} ]`;

function printCommand(command: Command): string {
  switch (command.kind) {
    case 'search':
      return `search ${printSearch(command.expression)}`;
    case 'where':
      return `where ${printEval(command.expression)}`;
    case 'eval':
      return `eval ${command.assignments.map(({ name, expression }) => `${escapeQuoted(name)}=${printEval(expression)}`).join(', ')}`;
    case 'fields':
      return `fields ${command.remove ? '- ' : ''}${names(command.names)}`;
    case 'table':
      return `table ${names(command.names)}`;
    case 'rename':
      return `rename ${command.pairs.map(({ from, to }) => `${escapeQuoted(from.name)} AS ${escapeQuoted(to)}`).join(', ')}`;
    case 'head':
    case 'tail':
      return `${command.kind} ${command.count}`;
    case 'reverse':
      return 'reverse';
    case 'sort':
      return `sort ${command.limit} ${sortKeys(command.keys)}${command.flip ? ' desc' : ''}`;
    case 'dedup': {
      const options = `keepevents=${command.keepEvents} keepempty=${command.keepEmpty} consecutive=${command.consecutive}`;
      const by = command.sortBy.length === 0 ? '' : ` sortby ${sortKeys(command.sortBy)}`;
      return `dedup ${command.count} ${options} ${names(command.names)}${by}`;
    }
    case 'rex': {
      const mode = command.mode === 'sed' ? ' mode=sed' : '';
      return `rex field=${escapeQuoted(command.field.name)}${mode} max_match=${command.maxMatch} ${escapeQuoted(command.pattern)}`;
    }
    case 'regex':
      return `regex ${escapeQuoted(command.field.name)}${command.negated ? '!=' : '='}${escapeQuoted(command.pattern)}`;
    case 'stats':
    case 'eventstats':
      return `${command.kind} ${stats(command)}`;
    case 'streamstats': {
      const window = command.timeWindow === null ? '' : `time_window=${number(command.timeWindow)}s `;
      return `streamstats current=${command.current} global=false window=${command.window} ${window}${stats(command)}`;
    }
    case 'join':
      return `join type=${command.left ? 'left' : 'inner'} max=${command.max} overwrite=${command.overwrite} ${names(command.names)} ${sub(command.subsearch.pipeline)}`;
    case 'append':
      return `append ${sub(command.subsearch.pipeline)}`;
    case 'union':
      return `union ${command.subsearches.map(({ pipeline }) => sub(pipeline)).join(' ')}`;
    case 'top':
    case 'rare': {
      const by = command.by.length === 0 ? '' : ` by ${names(command.by)}`;
      return `${command.kind} limit=${command.limit} showcount=${command.showCount} showperc=${command.showPercent} countfield=${escapeQuoted(command.countField)} percentfield=${escapeQuoted(command.percentField)} ${names(command.names)}${by}`;
    }
    case 'bin':
      return `bin ${escapeQuoted(command.field.name)} span=${span(command.span)} AS ${escapeQuoted(command.as)}`;
    case 'fillnull':
      return `fillnull value=${escapeQuoted(command.value)} ${names(command.names)}`;
    case 'mvexpand':
      return `mvexpand ${escapeQuoted(command.field.name)} limit=${command.limit}`;
    case 'makemv':
      return `makemv delim=${escapeQuoted(command.delimiter)} allowempty=${command.allowEmpty} ${escapeQuoted(command.field.name)}`;
    case 'nomv':
      return `nomv ${escapeQuoted(command.field.name)}`;
    case 'makeresults':
      return `makeresults count=${command.count}`;
  }
}

function number(value: number): string {
  return value.toFixed(6).replace(/\.?0+$/, '');
}

function span({ value, unit }: Span): string {
  return number(value) + { none: '', second: 's', month: 'mon' }[unit];
}

function sortKeys(keys: readonly SortKey[]): string {
  return keys
    .map(({ name, descending, cast }) => `${descending ? '-' : '+'}${cast}(${escapeQuoted(name)})`)
    .join(' ');
}

function stats({ aggregates, by }: { aggregates: readonly Aggregate[]; by: readonly Name[] }): string {
  const list = aggregates.map(({ function: name, percentile, argument, as }) => {
    const inner =
      argument === null
        ? ''
        : 'kind' in argument
          ? `(eval(${printEval(argument)}))`
          : `(${escapeQuoted(argument.name)})`;
    return `${name}${percentile ?? ''}${inner} AS ${escapeQuoted(as)}`;
  });
  return list.join(', ') + (by.length === 0 ? '' : ` BY ${names(by)}`);
}

function printPattern({ parts, directive }: Pattern): string {
  const text = `"${parts.map((part) => part.replaceAll(/[\\"]/g, '\\$&')).join('*')}"`;
  return directive === undefined ? text : `${directive.toUpperCase()}(${text})`;
}

function printSearch(expression: SearchExpression): string {
  switch (expression.kind) {
    case 'all':
      return '()';
    case 'and':
    case 'or':
      return `(${expression.items.map(printSearch).join(` ${expression.kind.toUpperCase()} `)})`;
    case 'not':
      return `NOT ${printSearch(expression.item)}`;
    case 'term':
      return printPattern(expression.pattern);
    case 'compare':
      return `${escapeQuoted(expression.field)}${expression.op}${printPattern(expression.pattern)}`;
    case 'in':
      return `${escapeQuoted(expression.field)} IN (${expression.patterns.map(printPattern).join(', ')})`;
    case 'time':
      return `${expression.edge}=${escapeQuoted(expression.value)}`;
    case 'subsearch':
      return sub(expression.pipeline);
  }
}

function printEval(expression: EvalExpression): string {
  switch (expression.kind) {
    case 'number':
      return expression.text;
    case 'string':
      return escapeQuoted(expression.value);
    case 'field':
      return `'${expression.name}'`;
    case 'call':
      return `${expression.name}(${expression.args.map(printEval).join(', ')})`;
    case 'unary':
      return `(${expression.op} ${printEval(expression.item)})`;
    case 'logic':
      return `(${expression.items.map(printEval).join(` ${expression.op} `)})`;
    case 'binary':
      return `(${printEval(expression.left)} ${expression.op} ${printEval(expression.right)})`;
  }
}
