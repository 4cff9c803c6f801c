/**
 * `type: process_chain`, huntbook's extension of Sigma correlations: processes of one host, each below the other, each
 * the actor of an event that its rule matches. What a chain is says `src/process/chain/types.ts`.
 *
 *     correlation:
 *       type: process_chain
 *       rules: [cmd, powershell, office]   # ids or names of rules, the ancestor first; 2 to 10; one may stand twice
 *       relation: descendant               # child, descendant (default), or a list with one for each step after the first
 *       timespan: 10m                      # for the events of the steps and the creations of all processes on the way
 *       group-by: [User]                   # optional: the events of all steps have the same; the host always is the same
 *       not-between: explorer              # optional: process creation rules that match no process between two steps
 *       max-depth: 5                       # optional: most generations from one step to the next, 1 to 1000
 *       order: written                     # or any: each rule once, in any order down the line; at most 4 rules
 *
 * `aliases` and `generate` are as in all correlations. There is no `condition`: the steps are what must be there.
 * A rule of any log source whose events name the acting process can be a step: a process creation (then the process
 * that was created), a network connection, a file, a registry value, a DNS query. Correlations can not be steps, and
 * no correlation can name a chain. Rules that a chain names, also in `not-between`, report nothing of their own unless
 * `generate: true`. Every process serves one step only, so that the same rule twice means two processes.
 */
import type { ChainCondition } from './ast.ts';
import { fail, failAt, section, textList } from './correlation-keys.ts';
import { at, quote } from './fault.ts';
import { own, plain } from './metadata.ts';
import type { DocumentContext } from './rule.ts';
import type { YamlMap } from './yaml-value.ts';

/** Steps of one chain, and of one whose order is free. */
const maxSteps = 10;
const maxAnyOrder = 4;
const maxGenerations = 1000;
/** Each is asked of every process creation. */
const maxNotBetween = 100;

export const chainKeys: readonly string[] = ['relation', 'not-between', 'max-depth', 'order'];

type Relation = 'child' | 'descendant';

/** Throws RuleFault. */
export function parseChain(
  source: YamlMap,
  rules: readonly string[],
  context: Pick<DocumentContext, 'place'>,
): ChainCondition {
  if ((own(source, 'condition') ?? undefined) !== undefined)
    fail(
      'process_chain takes no condition: a chain is there when every rule has found its process',
      'condition',
      'Leave the condition out; relation, timespan, not-between and max-depth say what a chain is.',
    );
  if (rules.length < 2) fail('a chain needs at least two rules, the ancestor first', 'rules');
  if (rules.length > maxSteps)
    fail(`a chain has ${maxSteps} rules at most, this has ${rules.length}`, 'rules');
  const order = orderOf(source, rules.length);
  const relations = relationsOf(source, rules.length, order);
  const notBetween = textList(source, 'not-between') ?? [];
  if (notBetween.length === 0 && Object.hasOwn(source, 'not-between'))
    fail('not-between names no rules', 'not-between');
  if (notBetween.length > maxNotBetween)
    fail(`not-between takes ${maxNotBetween} rules at most, this has ${notBetween.length}`, 'not-between');
  return {
    relations,
    maxDepth: maxDepthOf(source, relations),
    order,
    notBetween,
    ...(notBetween.length > 0 && { notBetweenPosition: context.place('correlation', 'not-between') }),
  };
}

function orderOf(source: YamlMap, rules: number): ChainCondition['order'] {
  const written = own(source, 'order') ?? 'written';
  if (written !== 'written' && written !== 'any') fail('the order is none of written, any', 'order');
  if (written === 'any' && rules > maxAnyOrder)
    fail(
      `order: any takes ${maxAnyOrder} rules at most, this has ${rules}`,
      'order',
      'Every order is tried, and their number grows fast. Write the order, or two chains.',
    );
  return written;
}

function relationsOf(source: YamlMap, rules: number, order: ChainCondition['order']): Relation[] {
  const written = textList(source, 'relation') ?? ['descendant'];
  const isList = Array.isArray(own(source, 'relation'));
  const place = at(section, 'relation');
  for (const [index, text] of written.entries()) {
    if (text !== 'child' && text !== 'descendant')
      failAt(`the relation ${quote(text)} is none of child, descendant`, isList ? at(place, index) : place);
  }
  if (!isList) return Array.from({ length: rules - 1 }, () => written[0] as Relation);
  if (order === 'any')
    failAt(
      'order: any takes one relation for all steps, not a list',
      place,
      'Without an order no step is the second.',
    );
  if (written.length !== rules - 1)
    failAt(
      `relation lists ${written.length}, and ${rules} rules need ${rules - 1}: one for each after the first`,
      place,
    );
  return written as Relation[];
}

function maxDepthOf(source: YamlMap, relations: readonly Relation[]): number | null {
  const written = own(source, 'max-depth') ?? undefined;
  if (written === undefined) return null;
  const value = plain(written);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > maxGenerations)
    fail(`max-depth must be a whole number from 1 to ${maxGenerations}`, 'max-depth');
  if (!relations.includes('descendant'))
    fail('max-depth has no meaning where every step is a child of the one before', 'max-depth');
  return value;
}
