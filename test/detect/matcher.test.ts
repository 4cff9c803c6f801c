import { describe, expect, it } from 'vitest';
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
});
