/** Rules over events the plain way: the log source table and the reference evaluator, nothing prepared. */
import { logSourceTable, routesOf } from '../../src/detect/index.ts';
import type { EventSelector } from '../../src/detect/index.ts';
import type { HuntEvent } from '../../src/events/index.ts';
import { toExpression } from '../../src/sigma/index.ts';
import type { Expression, SigmaRule } from '../../src/sigma/index.ts';
import { evaluate } from '../sigma/reference.ts';

export class SlowHunt {
  readonly #rules: { rule: SigmaRule; routes: EventSelector[]; expression: Expression }[];
  /** Rules by kind of event, so that most events meet few rules. */
  readonly #byKind = new Map<string, { rule: SigmaRule; expression: Expression; route: EventSelector }[]>();

  constructor(rules: readonly SigmaRule[]) {
    this.#rules = rules.map((rule) => ({
      rule,
      routes: routesOf(rule.logsource, 'auto', logSourceTable) ?? [],
      expression: toExpression(rule),
    }));
  }

  /** The rules that hold for an event. */
  match(event: HuntEvent): SigmaRule[] {
    const found: SigmaRule[] = [];
    for (const { rule, expression, route } of this.#candidates(event)) {
      if (evaluate(expression, aliased(event.fields, route))) found.push(rule);
    }
    return found;
  }

  #candidates(event: HuntEvent) {
    const kind = `${event.channel}|${event.provider}|${event.eventId}`;
    let list = this.#byKind.get(kind);
    if (list === undefined) {
      list = this.#rules.flatMap(({ rule, routes, expression }) =>
        routes.filter((route) => selects(route, event)).map((route) => ({ rule, expression, route })),
      );
      this.#byKind.set(kind, list);
    }
    return list;
  }
}

function selects(route: EventSelector, event: HuntEvent): boolean {
  const has = (names: readonly string[] | undefined, value: string | null) =>
    names === undefined || names.some((name) => name.toLowerCase() === (value ?? '').toLowerCase());
  return (
    has(route.channel, event.channel) &&
    has(route.provider, event.provider) &&
    (route.eventId === undefined || route.eventId.includes(Number(event.eventId)))
  );
}

/** The event under the names that rules use. */
function aliased(fields: HuntEvent['fields'], route: EventSelector): Record<string, unknown> {
  if (route.fields === undefined) return fields;
  const result: Record<string, unknown> = { ...fields };
  for (const [name, own] of Object.entries(route.fields)) {
    if (own in fields) result[name] = fields[own];
    else delete result[name];
  }
  return result;
}
