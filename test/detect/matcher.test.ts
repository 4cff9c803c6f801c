import { describe, expect, it } from 'vitest';
import { RuleCompiler, type LogSourceTable } from '../../src/detect/index.ts';
import { parseRules } from '../../src/sigma/index.ts';
import { compileText, matchAll, rule } from './support.ts';

describe('the matcher', () => {
  it('takes all values of a channel that the event data name too', () => {
    const set = compileText(
      [
        rule(
          's: {EventID: 104, Channel: Windows PowerShell}\ncondition: s',
          'product: windows\n  service: system',
        ),
        rule('s: {EventID: 104, Channel: System}\ncondition: s', 'product: windows\n  service: system'),
        rule(
          's: {EventID: 104}\nf: {Channel: Security}\ncondition: s and not f',
          'product: windows\n  service: system',
        ),
      ].join('---\n'),
      'auto',
    );
    const cleared = { Channel: ['System', 'Windows PowerShell'], EventID: 104 };
    expect(set.refused).toEqual([]);
    expect(matchAll(set, [cleared, { Channel: 'System', EventID: 104 }])).toEqual([
      [0, 1, 2],
      [1, 2],
    ]);
  });

  it('reads event ids as numbers and as text, in lists and under negations', () => {
    const set = compileText(
      [
        rule("s: {EventID: '4688'}\ncondition: s"),
        rule('s: {EventID: [1, 4688]}\ncondition: s'),
        rule('s: {EventID: 1}\ncondition: not s'),
        rule('s: {EventID|startswith: 46}\ncondition: s'.replace('46', "'46'")),
        rule('a: {EventID: 1}\nb: {Image|endswith: x.exe}\ncondition: a or b'),
        rule('s: {EventID|gte: 4000}\ncondition: s'),
      ].join('---\n'),
    );
    expect(
      matchAll(set, [
        { EventID: 4688, Image: 'C:\\x.exe' },
        { EventID: '4688' },
        { EventID: 1 },
        { Image: 'x.exe' },
      ]),
    ).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 5],
      [1, 4],
      [2, 4],
    ]);
  });

  it('reads the fields of audit events by the names that rules for Sysmon use', () => {
    const logsource = 'product: windows\n  category: process_creation';
    const set = compileText(
      [
        rule(
          "s: {Image|endswith: '\\whoami.exe', ParentImage|endswith: '\\cmd.exe', User: bob}\ncondition: s",
          logsource,
        ),
        rule(
          's: {ProcessId: 0x22, ParentProcessId: 0x11}\ncondition: s'
            .replace('0x22', "'0x22'")
            .replace('0x11', "'0x11'"),
          logsource,
        ),
        rule('s: {NewProcessName|contains: whoami}\ncondition: s', 'product: windows\n  service: security'),
        rule('s: {Image|fieldref|endswith: OriginalFileName}\ncondition: s', logsource),
      ].join('---\n'),
      'auto',
    );
    const audit = {
      Channel: 'Security',
      EventID: 4688,
      NewProcessName: 'C:\\Windows\\whoami.exe',
      ParentProcessName: 'C:\\Windows\\cmd.exe',
      SubjectUserName: 'Bob',
      NewProcessId: '0x22',
      ProcessId: '0x11',
      OriginalFileName: 'whoami.exe',
    };
    const sysmon = {
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: 1,
      Image: 'C:\\Windows\\whoami.exe',
      ParentImage: 'C:\\Windows\\cmd.exe',
      User: 'bob',
      OriginalFileName: 'whoami.exe',
    };
    expect(set.refused).toEqual([]);
    expect(matchAll(set, [audit, sysmon])).toEqual([
      [0, 1, 2, 3],
      [0, 3],
    ]);
  });

  it('compares two fields of an audit event under the names of the rule', () => {
    const logsource = 'product: windows\n  category: process_creation';
    const set = compileText(
      [
        rule('s: {ParentImage|fieldref: Image}\ncondition: s', logsource),
        rule('s: {ProcessId|fieldref: Expected}\ncondition: s', logsource),
      ].join('---\n'),
      'auto',
    );
    const audit = {
      Channel: 'Security',
      EventID: 4688,
      NewProcessName: 'a',
      ParentProcessName: 'A',
      NewProcessId: '0x2',
      ProcessId: '0x1',
    };
    expect(
      matchAll(set, [
        { ...audit, Expected: '0x2' },
        { ...audit, Expected: '0x1' },
      ]),
    ).toEqual([[0, 1], [0]]);
  });

  it('takes a GUID as the same with and without braces, where it is the whole value', () => {
    const set = compileText(
      [
        rule("s: {SubcategoryGuid: '{0CCE9215-69AE-11D9-BED3-505054503030}'}\ncondition: s"),
        rule('s: {SubcategoryGuid: 0cce9215-69ae-11d9-bed3-505054503030}\ncondition: s'),
        rule("s: {SubcategoryGuid|contains: '{0CCE9215'}\ncondition: s"),
      ].join('---\n'),
    );
    const guid = '0CCE9215-69AE-11D9-BED3-505054503030';
    expect(
      matchAll(set, [
        { SubcategoryGuid: guid },
        { SubcategoryGuid: `{${guid}}` },
        { SubcategoryGuid: `{${guid}` },
      ]),
    ).toEqual([[0, 1], [0, 1, 2], [2]]);
  });

  it('looks at the presence of fields where the log source asks for it', () => {
    const table: LogSourceTable = {
      categories: { windows: { logon: [{ channel: ['Security'], has: ['TargetUserName'] }] } },
      services: {},
      products: { app: [{ has: ['requestId'] }] },
    };
    const compiler = new RuleCompiler('auto', table);
    const text = [
      rule('s: {A: x}\nf: {B: y}\ncondition: s and not f', 'product: windows\n  category: logon'),
      rule('s: {A: x}\ncondition: s', 'product: app'),
    ].join('---\n');
    for (const one of parseRules(text, 'test.yml').rules) compiler.add(one);
    const events = [
      { Channel: 'Security', A: 'x', TargetUserName: 'bob' },
      { Channel: 'Security', A: 'x' },
      { A: 'x', requestId: '1' },
      { Channel: 'Security', A: 'x', requestId: '1' },
    ];
    expect(matchAll(compiler.finish(1), events)).toEqual([[0], [], [1], []]);
  });
});
