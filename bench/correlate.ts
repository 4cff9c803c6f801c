/**
 * What correlations cost: one of each type over matches of made-up events, all at the end (as files are hunted) and
 * while events come (`maxDelay`), with the most events that were held at a time.
 *
 *   node bench/correlate.ts [--matches 100000] [--groups 1000]
 *
 * The matches are a second apart on average and come up to a minute late. Prints CPU milliseconds.
 */
import {
  compileRuleSet,
  CorrelationPlan,
  Correlator,
  type BaseMatch,
  type RuleSet,
} from '../src/detect/index.ts';
import { parseRules } from '../src/sigma/index.ts';

const args = process.argv.slice(2);
const option = (name: string, value: number): number =>
  args.includes(name) ? Number(args[args.indexOf(name) + 1]) : value;
const matches = option('--matches', 100_000);
const groups = option('--groups', 1000);
const second = 1e7;

const base = (name: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {category: test}\ndetection: {s: {a: 1}, condition: s}\n`;
const kinds: Readonly<Record<string, string>> = {
  event_count: 'type: event_count, rules: [a, b], group-by: g, timespan: 1h, condition: {gte: 5}',
  value_count: 'type: value_count, rules: [a, b], group-by: g, timespan: 1h, condition: {field: v, gte: 4}',
  temporal: 'type: temporal, rules: [a, b], group-by: g, timespan: 1h',
  temporal_ordered: 'type: temporal_ordered, rules: [a, b], group-by: g, timespan: 1h',
  'a and not b': 'type: temporal, condition: a and not b, group-by: g, timespan: 1h',
  value_sum: 'type: value_sum, rules: [a, b], group-by: g, timespan: 1h, condition: {field: v, gt: 200}',
  value_median: 'type: value_median, rules: [a, b], group-by: g, timespan: 1h, condition: {field: v, gt: 60}',
  'one group, 1 h': 'type: value_median, rules: [a, b], timespan: 1h, condition: {field: v, gt: 60}',
  'one group, 1 w': 'type: value_median, rules: [a, b], timespan: 1w, condition: {field: v, gt: 60}',
};

function setOf(body: string): RuleSet {
  const text = `${base('a')}---\n${base('b')}---\ntitle: c\ncorrelation: {${body}}\n`;
  return compileRuleSet(parseRules(text, 'bench.yml'), { mode: 'raw' });
}

let state = 1;
const below = (limit: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};
const stream = Array.from({ length: matches }, (_, i) => ({
  rule: below(20) === 0 ? 1 : 0,
  time: (i - below(60)) * second,
  group: `group-${below(groups)}`,
  value: below(100),
  event: { id: i },
}));

function run(set: RuleSet, maxDelay: number): { ms: number; hits: number; held: number } {
  const plan = new CorrelationPlan(set.correlations);
  let hits = 0;
  let held = 0;
  const correlator = new Correlator<object>(plan, { maxDelay, onHit: () => void hits++ });
  const before = process.cpuUsage();
  for (const { rule, time, group, value, event } of stream) {
    const values = plan.fieldsOf(rule).map((name) => (name === 'g' ? group : value));
    const match: BaseMatch<object> = { rule, time, values, event };
    correlator.add(match);
    held = Math.max(held, correlator.open + correlator.pending);
  }
  correlator.flush();
  const { user, system } = process.cpuUsage(before);
  return { ms: Math.round((user + system) / 1000), hits, held };
}

console.log(`${matches} matches in ${groups} groups`);
console.log(
  'type'.padEnd(18),
  'at the end'.padStart(12),
  'findings'.padStart(9),
  'as they come'.padStart(13),
  'held'.padStart(8),
);
for (const [kind, body] of Object.entries(kinds)) {
  const set = setOf(body);
  const whole = run(set, Infinity);
  const live = run(set, 60 * second);
  console.log(
    kind.padEnd(18),
    `${whole.ms} ms`.padStart(12),
    String(whole.hits).padStart(9),
    `${live.ms} ms`.padStart(13),
    String(live.held).padStart(8),
  );
}
