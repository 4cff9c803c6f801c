import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  explainRule,
  loadRuleSet,
  Matcher,
  logSourceTable,
  type Explanation,
  type ExplainNode,
  type LogSourceMode,
} from '../../src/detect/index.ts';
import { FieldTable, type EventFields, type HuntEvent } from '../../src/events/index.ts';
import { loadRules } from '../../src/rules/index.ts';
import { parseRules, toExpression, type SigmaRule } from '../../src/sigma/index.ts';
import { defaultLimits, readAll } from '../../src/sources/index.ts';
import { sharedPath } from '../support/data.ts';
import { condition, eventFields, selection } from './generators.ts';
import { compileText, eventOf, matchAll, rule } from './support.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 5000 : 400;

function parseOne(text: string): SigmaRule {
  const { rules, errors } = parseRules(text, 'test.yml');
  if (errors[0]) throw errors[0];
  return rules[0] as SigmaRule;
}

function explain(text: string, fields: EventFields, mode: LogSourceMode = 'raw'): Explanation {
  return explainRule(parseOne(text), eventOf(fields), mode, logSourceTable);
}

/** The lines of an explanation, marked and indented, without the log source. */
function lines({ conditions }: Explanation): string[] {
  const out: string[] = [];
  const walk = (node: ExplainNode, depth: number): void => {
    const reason = node.reason === undefined ? '' : `: ${node.reason}`;
    out.push(`${'  '.repeat(depth)}${node.holds ? '+' : '-'} ${node.text}${reason}`);
    for (const child of node.children ?? []) walk(child, depth + 1);
    if (node.omitted) out.push(`${'  '.repeat(depth + 1)}${node.omitted} more`);
  };
  for (const node of conditions) walk(node, 0);
  return out;
}

/** The line of the only item of a rule whose detection is one map with one key. */
function itemLine(item: string, fields: EventFields): string {
  const all = lines(explain(rule(`sel:\n  ${item}\ncondition: sel`), fields));
  return (all[2] as string).trim();
}

describe('one item', () => {
  it.each([
    ['Image: a.exe', {}, '- Image: a.exe: field absent'],
    ['Image: a.exe', { Image: null }, '- Image: a.exe: field absent'],
    ['Image: a.exe', { Image: 'b.exe' }, "- Image: a.exe: value is 'b.exe'"],
    ['Image: a.exe', { image: 'A.EXE' }, "+ Image: a.exe: value is 'A.EXE'"],
    [
      'Image: cmd.exe',
      { Image: 'C:\\cmd.exe' },
      "- Image: cmd.exe: the text is there, but not in that place (wildcard or |contains): value is 'C:\\cmd.exe'",
    ],
    [
      'Image|startswith: cmd',
      { Image: 'C:\\cmd' },
      "- Image|startswith: cmd*: the text is there, but not in that place (wildcard or |contains): value is 'C:\\cmd'",
    ],
    [
      'Image|endswith|cased: CMD',
      { Image: 'x\\cmd' },
      "- Image|endswith|cased: *CMD: case differs: value is 'x\\cmd'",
    ],
    [
      'Image|re: CMD',
      { Image: 'cmd' },
      "- Image|re: /CMD/: case differs (regular expressions mind case; add |i): value is 'cmd'",
    ],
    ['Image|re|i: CMD', { Image: 'cmd' }, "+ Image|re|i: /CMD/i: value is 'cmd'"],
    [
      "Image|contains: '\\\\\\\\x'",
      { Image: 'C:\\x' },
      "- Image|contains: *\\\\x*: the rule has two backslashes, the event one: value is 'C:\\x'",
    ],
    ["Image|contains: ' x '", { Image: 'ax' }, "- Image|contains: * x *: only spaces differ: value is 'ax'"],
    [
      'CommandLine: x',
      { ParentCommandLine: 'x' },
      '- CommandLine: x: field absent (the event has ParentCommandLine)',
    ],
    ['ComandLine: x', { CommandLine: 'x' }, '- ComandLine: x: field absent (the event has CommandLine)'],
    ['CommandLien: x', { CommandLine: 'x' }, '- CommandLien: x: field absent (the event has CommandLine)'],
    ['N: 5', { N: 6 }, '- N: 5: value is 6'],
    ['N: 5', { N: '5' }, "+ N: 5: value is '5'"],
    ['N|gt: 5', { N: 5 }, '- N|gt: > 5: value is 5'],
    ['N|gt: 5', { N: 9007199254740993n }, '+ N|gt: > 5: value is 9007199254740993'],
    ['N: null', {}, '+ N: null'],
    ['N: null', { N: 'x' }, "- N: null: field is present: 'x'"],
    ['N|exists: true', {}, '- N|exists: true: field absent'],
    ['N|exists: true', { N: 0 }, '+ N|exists: true: value is 0'],
    ['N|exists: false', { N: 0 }, '- N|exists: false: field is present: 0'],
    ['N|cidr: 10.0.0.0/8', { N: '11.0.0.1' }, "- N|cidr: 10.0.0.0/8: value is '11.0.0.1'"],
    ['N|neq: x', { N: 'x' }, "- N|neq: x: value is 'x'"],
    ['N|neq: x', {}, '+ N|neq: x: field absent'],
    ['N: x', { N: ['a', 'b'] }, "- N: x: value is ['a', 'b']"],
    ['A|fieldref: B', { A: 'x', B: 'y' }, "- A|fieldref: = B: 'x' against 'y'"],
    ['A|fieldref: B', { A: 'x' }, '- A|fieldref: = B: B: field absent'],
    ['A|fieldref: B', { A: 'x', B: 'X' }, '+ A|fieldref: = B'],
  ] as const)('%s on %o', (item, fields, expected) => {
    expect(itemLine(item, fields as unknown as EventFields)).toBe(expected);
  });

  it('says which values of a list hold', () => {
    const text = rule('sel:\n  Image|contains:\n    - a\n    - b\n    - c\ncondition: sel');
    expect(lines(explain(text, { Image: 'xbx' })).slice(2)).toEqual([
      "    + Image|contains: any of 3 values: value is 'xbx'",
      '      + *b*',
    ]);
    expect(lines(explain(text.replace('contains', 'contains|all'), { Image: 'ab' })).slice(2)).toEqual([
      "    - Image|contains|all: all of 3 values: value is 'ab'",
      '      - *c*',
      '      + *a*',
      '      + *b*',
    ]);
  });

  it('keeps lists of hundreds of values readable and puts near misses first', () => {
    const values = Array.from({ length: 500 }, (_, i) => `    - value${i}.exe`).join('\n');
    const text = rule(`sel:\n  Image:\n${values}\ncondition: sel`);
    const found = lines(explain(text, { Image: 'C:\\value321.exe' }));
    expect(found.length).toBeLessThan(12);
    expect(found[2]).toBe("    - Image: any of 500 values: value is 'C:\\value321.exe'");
    expect(found[3]).toContain('value321.exe: the text is there, but not in that place');
    expect(found.at(-1)).toMatch(/\d+ more$/);
  });

  it('cuts long texts and says so', () => {
    const text = rule(`sel:\n  Image: '${'a'.repeat(5000)}'\ncondition: sel`);
    const found = lines(explain(text, { Image: 'b'.repeat(1_000_000) })).join('\n');
    expect(found.length).toBeLessThan(1500);
    expect(found).toContain('(1000002 characters)');
  });

  it('names the field in which a keyword was found', () => {
    const text = rule('sel:\n  - mimikatz\n  - rubeus\ncondition: sel');
    expect(lines(explain(text, { CommandLine: 'x Rubeus y' }))[2]).toContain('+ keyword: any of 2 values');
    expect(lines(explain(text, { CommandLine: 'x Rubeus y' }))[3]).toContain('*rubeus* (in CommandLine)');
    expect(lines(explain(text, { CommandLine: 'x' }))[2]).toContain('in no value of the event');
  });
});

describe('conditions', () => {
  it('show what each selection gave, through not, 1 of and all of', () => {
    const text = rule(
      'sel_a: {Image: a}\nsel_b: {Image: b}\nfilter: {User: root}\ncondition: 1 of sel_* and not filter',
    );
    expect(lines(explain(text, { Image: 'b', User: 'root' }))).toEqual([
      '- condition: 1 of sel_* and not filter',
      '  + 1 of sel_*',
      '    - sel_a',
      "      - Image: a: value is 'b'",
      '    + sel_b',
      "      + Image: b: value is 'b'",
      '  - not',
      '    + filter',
      "      + User: root: value is 'root'",
    ]);
    expect(explain(text, { Image: 'b', User: 'me' }).matches).toBe(true);
  });

  it('a list of maps is any of these', () => {
    const text = rule('sel:\n  - Image: a\n    User: u\n  - Image: b\ncondition: all of sel*');
    expect(lines(explain(text, { Image: 'a' }))).toEqual([
      '- condition: all of sel*',
      '  - sel: any of these',
      '    - all of these',
      "      + Image: a: value is 'a'",
      '      - User: u: field absent',
      "    - Image: b: value is 'a'",
    ]);
  });

  it('several conditions stand side by side; one is enough', () => {
    const text = rule('a: {Image: a}\nb: {Image: b}\ncondition:\n  - a\n  - b');
    const explanation = explain(text, { Image: 'b' });
    expect(explanation.matches).toBe(true);
    expect(explanation.conditions.map(({ text: own, holds }) => [own, holds])).toEqual([
      ['condition: a', false],
      ['condition: b', true],
    ]);
  });

  it('hundreds of selections are cut to those that decide', () => {
    const many = Array.from({ length: 300 }, (_, i) => `s${i}: {Image: v${i}}`).join('\n');
    const found = lines(explain(rule(`${many}\ncondition: 1 of s*`), { Image: 'v250' }));
    expect(found.length).toBeLessThan(100);
    expect(found).toContain('  + s250');
    expect(found.at(-1)).toMatch(/260 more$/);
  });
});

describe('the log source', () => {
  const text = rule(
    'sel: {Image|endswith: cmd.exe}\ncondition: sel',
    'product: windows\n  category: process_creation',
  );
  const sysmon = { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Image: 'C:\\cmd.exe' };

  it('fits a Sysmon event', () => {
    const explanation = explain(text, sysmon, 'auto');
    expect(explanation.matches).toBe(true);
    expect(explanation.logSource).toEqual({ text: 'log source: windows / process_creation', holds: true });
  });

  it('does not fit another event id, another channel, another mode, and says what would', () => {
    for (const [fields, mode, got] of [
      [{ ...sysmon, EventID: 3 }, 'auto', 'event id 3'],
      [{ ...sysmon, Channel: 'System' }, 'auto', 'the event is System'],
      [{ Image: 'C:\\cmd.exe' }, 'auto', 'of no known channel'],
      [sysmon, 'audit', 'Security event id 4688'],
    ] as const) {
      const { matches, logSource } = explain(text, fields, mode);
      expect(matches).toBe(false);
      expect(logSource.reason).toContain(got);
      expect(logSource.reason).toContain('the rule looks at');
    }
  });

  it('names the fields as a 4688 event calls them', () => {
    const audit = { Channel: 'Security', EventID: 4688, NewProcessName: 'C:\\cmd.exe', ProcessId: '0x1' };
    const explanation = explain(text, audit, 'auto');
    expect(explanation.matches).toBe(true);
    expect(lines(explanation)[2]).toContain('Image|endswith (the event calls it NewProcessName): *cmd.exe');
    // ProcessId is the parent's here, and must not be taken for the process's own.
    const own = rule(
      'sel: {ProcessId: 0x1}\ncondition: sel',
      'product: windows\n  category: process_creation',
    );
    expect(explain(own, audit, 'auto').matches).toBe(false);
  });

  it('that is unknown says so', () => {
    const unknown = rule('sel: {Image: a}\ncondition: sel', 'product: mainframe');
    expect(explain(unknown, sysmon, 'auto').logSource.reason).toContain(
      'no events are known for this log source',
    );
  });
});

describe('the verdict', () => {
  it('is that of the matcher for random rules and events', () => {
    fc.assert(
      fc.property(
        fc.tuple(selection, selection, selection, condition),
        fc.array(eventFields, { minLength: 1, maxLength: 8 }),
        ([s1, s2, s3, cond], events) => {
          const text = rule(
            `s1: ${JSON.stringify(s1)}\ns2: ${JSON.stringify(s2)}\ns3: ${JSON.stringify(s3)}\ncondition: ${cond}`,
          );
          const set = compileText(text);
          fc.pre(set.rules.length === 1);
          const parsed = parseOne(text);
          const found = matchAll(set, events);
          events.forEach((fields, i) => {
            const { matches } = explainRule(parsed, eventOf(fields), 'raw', logSourceTable);
            expect(matches, `${text}\n${JSON.stringify(fields)}`).toBe((found[i] as number[]).length === 1);
          });
        },
      ),
      { numRuns: runs },
    );
  });

  it('is that of the matcher where events call the fields of rules otherwise', () => {
    const field = fc.constantFrom(
      'Image',
      'ParentImage',
      'ProcessId',
      'ParentProcessId',
      'User',
      'CommandLine',
    );
    const value = fc.constantFrom('a', 'b', 'ab', '', null, 7);
    const item = fc.tuple(
      field,
      fc.constantFrom('', '|contains', '|endswith', '|neq'),
      fc.constantFrom('a', 'b', '7'),
    );
    const event = fc.record(
      {
        Channel: fc.constantFrom('Security', 'Microsoft-Windows-Sysmon/Operational', 'System'),
        EventID: fc.constantFrom(1, 3, 4688, 4689),
        Image: value,
        NewProcessName: value,
        ParentImage: value,
        ParentProcessName: value,
        ProcessId: value,
        NewProcessId: value,
        SubjectUserName: value,
        User: value,
        CommandLine: value,
      },
      { requiredKeys: ['Channel', 'EventID'] },
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: ([name, modifier]) => name + modifier }),
        fc.constantFrom('sel', 'not sel'),
        fc.constantFrom('auto', 'sysmon', 'audit' as const),
        fc.array(event, { minLength: 1, maxLength: 8 }),
        (items, cond, mode, events) => {
          const sel = Object.fromEntries(items.map(([name, modifier, wanted]) => [name + modifier, wanted]));
          const text = rule(
            `sel: ${JSON.stringify(sel)}\ncondition: ${cond}`,
            'product: windows\n  category: process_creation',
          );
          const found = matchAll(compileText(text, mode), events as EventFields[]);
          const parsed = parseOne(text);
          events.forEach((fields, i) => {
            const { matches } = explainRule(parsed, eventOf(fields as EventFields), mode, logSourceTable);
            expect(matches, `${text}\n${JSON.stringify(fields)}`).toBe((found[i] as number[]).length === 1);
          });
        },
      ),
      { numRuns: runs },
    );
  });
});

const regression = sharedPath('data', 'sigma', 'regression_data');
const sigma = sharedPath('data', 'sigma');

describe.skipIf(regression.missing)(`recorded attacks${regression.note}`, () => {
  it('match their own rule; another rule fails for a reason', async () => {
    const samples = readdirSync(regression.path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.evtx'))
      .toSorted();
    // Spread over the tree, the same on every run.
    const chosen = Array.from(
      { length: 10 },
      (_, i) => samples[Math.floor((i * samples.length) / 10)] as string,
    );
    const folders = ['rules', 'rules-threat-hunting', 'rules-emerging-threats'];
    const { rules } = await loadRules(folders.map((name) => path.join(sigma.path, name)));
    const byId = new Map(rules.map((one) => [one.id, one]));
    const own = chosen.map((name) => byId.get(path.basename(name, '.evtx')) as SigmaRule);
    for (const [i, name] of chosen.entries()) {
      const events = await eventsOf(path.join(regression.path, name));
      const verdicts = (one: SigmaRule): boolean[] =>
        events.map((event) => explainRule(one, event, 'auto', logSourceTable).matches);
      expect(verdicts(own[i] as SigmaRule), name).toContain(true);
      const other = own[(i + 3) % own.length] as SigmaRule;
      const { set } = await loadRuleSet([path.resolve(other.path)], { cacheDir: null });
      expect(set.rules.length).toBe(1);
      for (const event of events) {
        const explanation = explainRule(other, event, 'auto', logSourceTable);
        if (explanation.matches) continue;
        const reasons = JSON.stringify(explanation);
        expect(reasons).toMatch(/the rule looks at|field absent|value is|in no value/);
      }
    }
  });

  it('give the same verdict as the matcher for every rule of the tree', async () => {
    const samples = readdirSync(regression.path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.evtx'))
      .toSorted()
      .filter((_, i) => i % 40 === 0);
    const { rules } = await loadRules([path.join(sigma.path, 'rules', 'windows')]);
    const text = rules.map(({ path: file }) => file);
    const runnable = rules.filter((one, i) => {
      try {
        toExpression(one);
        return text.indexOf(one.path) === i;
      } catch {
        return false;
      }
    });
    const { set } = await loadRuleSet([path.join(sigma.path, 'rules', 'windows')], { cacheDir: null });
    for (const name of samples) {
      const fields = new FieldTable();
      const matcher = new Matcher(set, fields);
      const expected: string[] = [];
      const found: string[] = [];
      const batches = readAll([path.join(regression.path, name)], {
        fields,
        limits: defaultLimits,
        onIssue: () => {},
      });
      for await (const batch of batches) {
        matcher.match(batch, ({ rule: index, row }) =>
          expected.push(`${batch.position(row)} ${set.rules[index]?.info.path}`),
        );
        for (let row = 0; row < batch.length; row++) {
          const event = batch.event(row);
          for (const one of runnable) {
            if (explainRule(one, event, 'auto', logSourceTable).matches)
              found.push(`${batch.position(row)} ${one.path}`);
          }
        }
      }
      expect(found.toSorted(), name).toEqual(expected.toSorted());
    }
  });
});

async function eventsOf(file: string): Promise<HuntEvent[]> {
  const events: HuntEvent[] = [];
  const options = { fields: new FieldTable(), limits: defaultLimits, onIssue: () => {} };
  for await (const batch of readAll([file], options))
    for (let row = 0; row < batch.length; row++) events.push(batch.event(row));
  return events;
}
