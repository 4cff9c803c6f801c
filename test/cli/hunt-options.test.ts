import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hunts, Workplace } from './support.ts';

const place = new Workplace();
let events = '';
beforeAll(async () => void (events = await place.estate()));
afterAll(() => place.remove());

interface Line {
  id: string;
  rule: { id: string; title: string; level: string; status: string; path: string; tags: string[] };
  event: { source: string; time: string; host: string };
  correlation?: object;
}

/** Findings of one event; those of several change with the events that are looked at. */
const byEvent = (lines: readonly Line[]): Line[] => lines.filter((line) => !line.correlation);

async function findings(...args: string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await place.run('hunt', `${events}/evtx`, '-q', '-f', 'ndjson', ...args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

describe('options of hunt', () => {
  let all: Line[] = [];
  beforeAll(async () => void (all = await findings()));

  it('finds the attacks of the estate with the starter hunts', () => {
    expect(all.length).toBeGreaterThan(10);
    expect(new Set(all.map(({ rule }) => rule.level)).size).toBeGreaterThan(1);
  });

  it('--level keeps rules of that level and above', async () => {
    const expected = all.filter(({ rule }) => ['high', 'critical'].includes(rule.level));
    expect(await findings('--level', 'high')).toEqual(expected);
  });

  it('--tag takes techniques with their sub-techniques', async () => {
    const tagged = all.filter(({ rule }) => rule.tags.some((tag) => /^attack\.t1003(\.|$)/.test(tag)));
    expect(tagged.length).toBeGreaterThan(0);
    expect(await findings('--tag', 'attack.t1003')).toEqual(tagged);
    expect(await findings('--tag', 'T1003')).toEqual(tagged);
  });

  it('--status keeps rules of that status', async () => {
    const [status] = all.map(({ rule }) => rule.status);
    expect(await findings('--status', status as string)).toEqual(
      all.filter(({ rule }) => rule.status === status),
    );
  });

  it('--include and --exclude take ids, beginnings of ids and titles, repeated or with commas', async () => {
    const [first, second] = [...new Map(all.map(({ rule }) => [rule.id, rule])).values()] as [
      Line['rule'],
      Line['rule'],
    ];
    const chosen = all.filter(({ rule }) => rule.id === first.id || rule.id === second.id);
    expect(await findings('--include', first.id, '--include', second.title)).toEqual(chosen);
    expect(await findings('--include', `${first.id},${second.id.slice(0, 8)}`)).toEqual(chosen);
    const left = all.filter(({ rule }) => rule.id !== first.id);
    expect(await findings('--exclude', first.title.toUpperCase())).toEqual(left);
  });

  it('--since is inclusive, --until exclusive', async () => {
    const middle = all.map(({ event }) => event.time).toSorted()[Math.floor(all.length / 2)] as string;
    const moment = `${middle.slice(0, 19)}Z`;
    const before = await findings('--until', moment);
    const after = await findings('--since', moment);
    expect(before.every(({ event }) => event.time < moment)).toBe(true);
    expect(after.every(({ event }) => event.time.slice(0, 19) >= moment.slice(0, 19))).toBe(true);
    expect(byEvent([...before, ...after])).toHaveLength(byEvent(all).length);
    expect(await findings('--since', '1h')).toEqual([]);
  });

  it('--host takes full names, short names and stars', async () => {
    const host = all[0]?.event.host as string;
    const expected = all.filter(({ event }) => event.host === host);
    expect(await findings('--host', host)).toEqual(expected);
    expect(await findings('--host', (host.split('.')[0] as string).toLowerCase())).toEqual(expected);
    expect(await findings('--host', '*')).toEqual(all);
  });

  it('--logsource audit leaves the Sysmon variants out', async () => {
    const audit = await findings('--logsource', 'audit');
    expect(audit.length).toBeLessThan(all.length);
    const sysmon = await findings('--logsource', 'sysmon');
    const ids = new Set(all.map(({ id }) => id));
    expect(byEvent([...audit, ...sysmon]).every(({ id }) => ids.has(id))).toBe(true);
    // Without log sources nothing is known of the names that other variants use.
    expect((await findings('--logsource', 'raw')).length).toBeGreaterThan(0);
  });

  it('--max-delay judges correlations while events come, and must be a length of time', async () => {
    const { code, stdout } = await place.run(
      'hunt',
      `${events}/evtx`,
      '-q',
      '-f',
      'ndjson',
      '--max-delay',
      '1w',
    );
    expect(code).toBe(0);
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Line).id);
    expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    const wrong = await place.run('hunt', `${events}/evtx`, '--max-delay', 'soon');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("--max-delay: 'soon' is not a length of time");
  });

  it('--rules may be given twice, and twice the same', async () => {
    expect(await findings('--rules', hunts, '--rules', hunts, hunts)).toEqual(all);
  });

  it('--fail-on ends with 1 when a finding is that bad, after all was written', async () => {
    const worst = all.some(({ rule }) => rule.level === 'critical') ? 'critical' : 'high';
    const { code, stdout } = await place.run('hunt', events, '-q', '-f', 'ndjson', '--fail-on', worst);
    expect(code).toBe(1);
    expect(stdout.split('\n').length).toBeGreaterThan(all.length);
    const calm = ['--level', 'low', '--exclude', all.map(({ rule }) => rule.id).join(',')];
    expect((await place.run('hunt', events, '-q', ...calm, '--fail-on', 'low')).code).toBe(0);
  });

  it('--details limits the samples of the table', async () => {
    const few = await place.run('hunt', events, '-q', '--details', '1');
    const many = await place.run('hunt', events, '-q', '--details', '5');
    expect(few.stdout.length).toBeLessThan(many.stdout.length);
  });
});

describe('wrong values', () => {
  it.each([
    ['--level', 'foo', 'informational, low, medium, high, critical'],
    ['--fail-on', 'bad', 'informational, low, medium, high, critical'],
    ['--format', 'xml', 'table, json, ndjson, csv, html'],
    ['--logsource', 'all', 'auto, sysmon, audit, raw'],
    ['--threads', '0', 'whole number from 1'],
    ['--threads', '1.5', 'whole number from 1'],
    ['--threads', '1000000', 'from 1 to 64'],
    ['--details', '-1', 'whole number from 1'],
    ['--max-archive-ratio', 'x', 'whole number from 1'],
    ['--since', 'yesterday', "'yesterday' is not a time"],
    ['--until', '2025-13-45', "'2025-13-45' is not a time"],
    ['--tag', ',', 'empty'],
    ['--status', 'foo', 'none of the'],
    ['--include', 'no such rule', 'no such rule'],
    ['--exclude', 'no such rule', 'no such rule'],
    ['--rules', '/no/such/folder', 'no such file or folder'],
  ])('%s %s ends with 2 before anything is read', async (option, value, message) => {
    const { code, stdout, stderr } = await place.run('hunt', events, option, value);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n').length).toBeGreaterThan(1);
  });

  it('a time span that is empty is a mistake', async () => {
    const { code, stderr } = await place.run(
      'hunt',
      events,
      '--since',
      '2025-03-03',
      '--until',
      '2025-03-02',
    );
    expect(code).toBe(2);
    expect(stderr).toContain('is not before --until');
  });

  it('a path that is not there ends with 2', async () => {
    const { code, stdout, stderr } = await place.run('hunt', place.path('nothing'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('HB_NOT_FOUND');
  });

  it.each(['--logsources', '--placeholders'])('%s: a bad file ends with 3', async (option) => {
    const missing = await place.run('hunt', events, option, place.path('nothing'));
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain('HB_CONFIG');
    const broken = place.write('broken.yml', 'a: [1\nb: "');
    const unreadable = await place.run('hunt', events, option, broken);
    expect(unreadable.code).toBe(3);
    expect(unreadable.stderr).toContain(broken);
    const shape = place.write('shape.yml', '- a\n- b\n');
    expect((await place.run('hunt', events, option, shape)).code).toBe(3);
  });

  it('events given after --rules are taken as rules, and the message says what to do', async () => {
    const { code, stderr } = await place.run('hunt', '--rules', hunts, events);
    expect(code).toBe(2);
    expect(stderr).toContain('put the events first');
  });
});
