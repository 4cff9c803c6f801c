/**
 * Names with `*`. `fields`, `table`, `rename`, `fillnull` and the functions of `stats` take them; elsewhere Splunk does
 * not, and a field of that name would silently be one that nothing has.
 */
import type { Aggregate, Command, Name } from '../ast.ts';
import type { CommandContext } from './context.ts';
import type { Relation } from './relation.ts';

export function wildcard(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.*)')}$`, 's');
}

function plainNames(command: Command): readonly Name[] {
  switch (command.kind) {
    case 'sort':
      return command.keys;
    case 'dedup':
      return [...command.names, ...command.sortBy];
    case 'stats':
    case 'eventstats':
    case 'streamstats':
      return command.by;
    case 'top':
    case 'rare':
      return [...command.names, ...command.by];
    case 'join':
      return command.names;
    case 'rex':
    case 'regex':
    case 'bin':
    case 'mvexpand':
    case 'makemv':
    case 'nomv':
      return [command.field];
    default:
      return [];
  }
}

export function refuseWildcards(command: Command, { relation, fail }: CommandContext): void {
  for (const { name, at } of plainNames(command))
    if (name.includes('*') && relation.find(name) === undefined)
      throw fail(`${command.kind} takes no wildcards in names (${name})`, at);
}

/** `values(*) as *` is one function for each field that there is, but for those of `by`. */
export function expandAggregates(
  aggregates: readonly Aggregate[],
  by: readonly Name[],
  relation: Relation,
): Aggregate[] {
  return aggregates.flatMap((aggregate) => {
    const { argument, as } = aggregate;
    if (argument === null || 'kind' in argument || !argument.name.includes('*')) return [aggregate];
    const pattern = wildcard(argument.name);
    return [...relation.fields.keys()].flatMap((name) => {
      const found = pattern.exec(name);
      const internal = name.startsWith('_') && !argument.name.startsWith('_');
      if (found === null || internal || by.some((key) => key.name === name)) return [];
      let group = 0;
      const written = as.replaceAll('*', () => found[++group] ?? '');
      return [{ ...aggregate, argument: { ...argument, name }, as: written }];
    });
  });
}
