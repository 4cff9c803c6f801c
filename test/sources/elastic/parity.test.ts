/** Rules as query DSL on a real OpenSearch, over events that huntbook loaded, against the matcher. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logSourceTable, Matcher, RuleCompiler } from '../../../src/detect/index.ts';
import { FieldTable, ObjectBatch, type EventBatch, type EventFields } from '../../../src/events/index.ts';
import { Converter, fieldsOf, isApproximate, parseRules, type SigmaRule } from '../../../src/sigma/index.ts';
import { indexEvents, openElastic, FieldResolver } from '../../../src/sources/index.ts';
import type { ElasticEngine } from '../../../src/sources/index.ts';
import { condition, eventFields, selection } from '../../detect/generators.ts';
import { eventOf } from '../../detect/support.ts';
import { sharedPath } from '../../support/data.ts';
import { openSearch, useOpenSearch } from '../../support/opensearch.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 400 : 12;
const micro = sharedPath('oracle', 'micro.jsonl');

/** Which rules hold for which events by the matcher, by a name that each event has. */
class Truth {
  readonly found = new Map<number, Set<string>>();
  readonly fields = new FieldTable();
  readonly #matcher: Matcher;
  readonly #ruleOf: readonly number[];

  constructor(rules: readonly SigmaRule[]) {
    const compiler = new RuleCompiler('raw', logSourceTable);
    for (const rule of rules) compiler.add(rule);
    const set = compiler.finish(1);
    const index = new Map(rules.map((rule, at) => [`${rule.path}:${rule.position.line}`, at]));
    this.#ruleOf = set.rules.map(({ info }) => index.get(`${info.path}:${info.line}`) as number);
    this.#matcher = new Matcher(set, this.fields);
  }

  take(batch: EventBatch, nameOf: (row: number) => string): void {
    this.#matcher.match(batch, ({ rule, row }) => {
      const at = this.#ruleOf[rule] as number;
      this.found.set(at, (this.found.get(at) ?? new Set()).add(nameOf(row)));
    });
  }
}

interface Asked {
  readonly rule: number;
  readonly query: unknown;
}

/** Queries of rules, and the reasons of those that cannot be asked. */
async function queriesOf(
  engine: ElasticEngine,
  index: string,
  rules: readonly SigmaRule[],
  approximate = 'yes',
): Promise<{ asked: Asked[]; refused: Map<string, number> }> {
  const resolver = new FieldResolver(engine);
  const refused = new Map<string, number>();
  const asked: Asked[] = [];
  for (const [rule, document] of rules.entries()) {
    const { fields, everything, missing } = await resolver.resolve(index, fieldsOf(document));
    const gap = missing.find(({ absent }) => !absent);
    const options = { fields, approximate, everything: everything ?? '' };
    const [conversion] = new Converter({ target: 'query_dsl', pipelines: [], options }).convert({
      rules: [document],
      correlations: [],
    }).conversions;
    const reason = gap?.reason ?? conversion?.error?.message.replace(/^.*?: | \(rule .*| %.*/gs, '');
    if (reason !== undefined) refused.set(reason, (refused.get(reason) ?? 0) + 1);
    else asked.push({ rule, query: { bool: { should: conversion?.queries } } });
  }
  return { asked, refused };
}

/** Answers as sets of the numbers of events. */
async function answers(
  engine: ElasticEngine,
  index: string,
  asked: readonly Asked[],
): Promise<(Set<string> | string)[]> {
  const found: (Set<string> | string)[] = [];
  for (let from = 0; from < asked.length; from += 20) {
    const lines = asked.slice(from, from + 20).map(({ query }) => {
      const body = { query, size: 10_000, _source: ['Number_'] };
      return `{"index":"${index}"}\n${JSON.stringify(body)}\n`;
    });
    const answer = (await engine.wire.call('POST', '/_msearch', { body: lines.join('') })) as {
      responses: { error?: unknown; hits?: { hits: { _source: { Number_: string } }[] } }[];
    };
    for (const { error, hits } of answer.responses) {
      if (error !== undefined) found.push(JSON.stringify(error).slice(0, 500));
      else found.push(new Set(hits?.hits.map(({ _source }) => _source.Number_)));
    }
  }
  return found;
}

/** The error alone: counterexamples are whole sets of rules. */
function report(details: { failed: boolean; seed: number; errorInstance?: unknown }): void {
  if (details.failed) throw new Error(`seed ${details.seed}: ${String(details.errorInstance)}`);
}

async function* once(batch: EventBatch): AsyncGenerator<EventBatch> {
  yield batch;
}

describe.skipIf(openSearch.missing)(`rules on OpenSearch${openSearch.note}`, () => {
  const server = useOpenSearch();
  let engine: ElasticEngine;
  let number = 0;
  beforeAll(async () => {
    engine = await openElastic({ product: 'opensearch', url: server.url });
  });
  afterAll(async () => {
    await engine.close();
  });

  /** The events in an index of their own; each has its number in `Number_`. */
  async function load(events: readonly EventFields[]): Promise<string> {
    const index = `hbtest-rules-${process.pid}-${number++}`;
    const batch = new ObjectBatch('test', new FieldTable());
    events.forEach((event, at) => batch.add(eventOf({ ...event, Number_: String(at) }), at + 1));
    const report = await indexEvents(engine, once(batch.batch), { index });
    expect(report).toMatchObject({ events: events.length, added: events.length, failed: 0 });
    return index;
  }

  function verdicts(rules: readonly SigmaRule[], events: readonly EventFields[]): Truth {
    const truth = new Truth(rules);
    const batch = new ObjectBatch('test', truth.fields);
    events.forEach((event, at) => batch.add(eventOf({ ...event, Number_: String(at) }), at + 1));
    truth.take(batch.batch, String);
    return truth;
  }

  /** Exact where the query says that it is; else every event of the rule is among the answers. */
  async function compare(rules: readonly SigmaRule[], events: readonly EventFields[]): Promise<void> {
    const index = await load(events);
    const truth = verdicts(rules, events);
    const { asked } = await queriesOf(engine, index, rules);
    const found = await answers(engine, index, asked);
    const shown = (numbers: Set<string>): unknown[] =>
      [...numbers].slice(0, 2).map((number) => events[Number(number)]);
    const differences: unknown[] = [];
    asked.forEach(({ rule, query }, at) => {
      const answer = found[at];
      const wanted = truth.found.get(rule) ?? new Set();
      if (!(answer instanceof Set)) throw new Error(`${answer}: ${JSON.stringify(query)}`);
      const missed = wanted.difference(answer);
      const surplus = isApproximate(query) ? new Set<string>() : answer.difference(wanted);
      if (missed.size + surplus.size > 0)
        differences.push({ path: rules[rule]?.path, missed: shown(missed), surplus: shown(surplus), query });
    });
    await engine.wire.ask('DELETE', `/${index}`);
    if (differences.length > 0) throw new Error(JSON.stringify(differences.slice(0, 5), null, 1));
  }

  it('random rules find the events that the matcher finds', { timeout: 300_000 }, async () => {
    const rule = fc.record({ s1: selection, s2: selection, s3: selection, condition });
    // Null within a list is not kept by an index, and names that differ in case are different fields there.
    const plain = (value: unknown): boolean => !Array.isArray(value) || !value.includes(null);
    const event = eventFields.filter((fields) => Object.values(fields).every(plain));
    const property = fc.asyncProperty(
      fc.array(rule, { minLength: 20, maxLength: 40 }),
      fc.array(event, { minLength: 10, maxLength: 30 }),
      async (written, events) => {
        const rules = written.flatMap(
          (detection, at) =>
            parseRules(
              JSON.stringify({ title: `r${at}`, logsource: { category: 'x' }, detection }).replaceAll(
                /"(?:image|Parent Image|ParentImage)/g,
                '"Image',
              ),
              `${at}.yml`,
            ).rules,
        );
        const renamed = events.map((one) =>
          Object.fromEntries(Object.entries(one).filter(([name]) => name !== 'Parent Image')),
        );
        // The matcher's expressions count a character beyond the basic plane as two, Lucene's as one.
        await compare(rules, JSON.parse(JSON.stringify(renamed).replaceAll('😀', 'ö')) as EventFields[]);
      },
    );
    await fc.assert(property, { numRuns: runs, endOnFailure: true, reporter: (details) => report(details) });
  });

  it.skipIf(micro.missing)(
    `the micro-cases mean what the matcher means${micro.note}`,
    async () => {
      const cases = readFileSync(micro.path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { case: string; rule_yaml: string; events?: EventFields[] });
      const used = cases.filter(({ events }) => events !== undefined && events.length > 0);
      // All rules over the events of all cases.
      const rules = used.flatMap((one) => parseRules(one.rule_yaml, `${one.case}.yml`).rules);
      expect(rules.length).toBeGreaterThan(150);
      const plain = (value: unknown): boolean => !Array.isArray(value) || !value.includes(null);
      // What is no time is not kept under the name of the time.
      const events = used.flatMap((one) => one.events ?? []).filter((event) => !('@timestamp' in event));
      await compare(
        rules,
        events.filter((event) => Object.values(event).every(plain)),
      );
    },
    300_000,
  );
});
