/** A small fixed hunt, made up by hand, with every kind of value a finding can hold. */
import { Writable } from 'node:stream';
import type { Finding, FindingRule, FindingSink, HuntSummary } from '../../src/report/index.ts';

const dump: FindingRule = {
  id: '6a1b1f7e-0001-4000-8000-000000000001',
  title: 'LSASS Memory Dumped By Task Manager',
  level: 'critical',
  status: 'stable',
  path: 'hunts/lsass_dump_taskmgr.yml',
  tags: ['attack.credential-access', 'attack.t1003.001'],
};
const shell: FindingRule = {
  id: '6a1b1f7e-0002-4000-8000-000000000002',
  title: 'Office Application Starts A Shell',
  level: 'high',
  status: 'test',
  path: 'hunts/office_shell.yml',
  tags: ['attack.execution', 'attack.t1059.001', 'attack.t1204.002', 'attack.defense_evasion'],
};
const logon: FindingRule = {
  id: null,
  title: 'Logon With Explicit Credentials',
  level: null,
  status: null,
  path: 'hunts/explicit_logon.yml',
  tags: [],
};

export const findings: Finding[] = [
  {
    id: 'f-0001',
    rule: dump,
    event: {
      source: 'logs/ws01.evtx',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider: 'Microsoft-Windows-Sysmon',
      eventId: 10,
      recordId: 4711,
      time: '2026-03-02T09:15:30.1234567Z',
      host: 'WS01',
      fields: {
        EventID: 10,
        SourceImage: 'C:\\Windows\\System32\\Taskmgr.exe',
        TargetImage: 'C:\\Windows\\System32\\lsass.exe',
        GrantedAccess: '0x1410',
        SourceUser: 'CORP\\anna',
      },
    },
    matched: [
      { field: 'TargetImage', value: 'C:\\Windows\\System32\\lsass.exe', pattern: '*\\lsass.exe' },
      { field: 'GrantedAccess', value: '0x1410', pattern: '0x1410' },
    ],
  },
  ...['WS01', 'WS02', 'WS03', 'WS04'].map((host, i): Finding => ({
    id: `f-001${i}`,
    rule: shell,
    event: {
      source: 'logs/all.zip!proc.json',
      channel: 'Security',
      provider: null,
      eventId: 4688,
      recordId: 9007199254740993n + BigInt(i),
      time: `2026-03-02T1${i}:00:00Z`,
      host,
      fields: {
        EventID: 4688,
        NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
        CommandLine: `cmd /c "echo ${i}, done"`,
        SubjectUserName: '-',
        TargetUserName: 'bob',
        TargetLogonId: 18446744073709551615n,
        Flags: ['a', 1, null, true],
        Empty: null,
      },
    },
    matched: [
      { field: 'CommandLine', value: `cmd /c "echo ${i}, done"`, pattern: '*echo*' },
      { field: 'CommandLine', value: `cmd /c "echo ${i}, done"`, pattern: '*done*' },
    ],
  })),
  {
    id: 'f-0020',
    rule: logon,
    event: {
      source: 'logs/ws05.csv',
      channel: null,
      provider: null,
      eventId: null,
      recordId: null,
      time: null,
      host: null,
      fields: { Message: 'first line\nsecond line\tend', Größe: 'naïve 日本語' },
    },
    matched: [{ field: null, value: 'first line\nsecond line\tend', pattern: 'second' }],
  },
];

export const summary: HuntSummary = {
  files: 3,
  events: 12345,
  bytes: 45_600_000,
  findings: findings.length,
  rulesLoaded: 20,
  rulesMatched: 3,
  refused: [
    {
      path: 'rules/broken.yml',
      line: 7,
      title: 'Broken',
      code: 'HB_RULE_CONDITION',
      message: 'the condition names "selectoin", which the rule does not define',
    },
    { path: 'rules/bad.yml', line: null, title: null, code: 'HB_RULE_YAML', message: 'bad indentation' },
  ],
  notices: [
    {
      path: 'rules/old.yml',
      line: 12,
      message:
        'the old aggregation "| count() > 5" was read as a correlation of the type event_count over 5m',
    },
  ],
  neverFire: [
    { path: 'rules/a.yml', title: 'Rule A', reason: 'no events of linux/auditd' },
    { path: 'rules/b.yml', title: 'Rule B', reason: 'no events of linux/auditd' },
    { path: 'rules/c.yml', title: 'Rule C', reason: 'no event has Hashes' },
    { path: 'rules/d.yml', title: 'Rule D', reason: 'contradicts itself' },
  ],
  issues: [
    { code: 'HB_DAMAGED', source: 'logs/ws01.evtx', message: 'chunk 3 is damaged', count: 2 },
    {
      code: 'HB_UNKNOWN_KIND',
      source: '',
      message: `files in folders that hold no events were passed over: ${'logs/readme.txt, '.repeat(9)}…`,
      count: 1,
    },
  ],
  firstTime: '2026-03-02T08:00:00Z',
  lastTime: '2026-03-03T20:00:00Z',
  seconds: 0.5,
  truncated: true,
};

export const emptySummary: HuntSummary = {
  ...summary,
  findings: 0,
  rulesMatched: 0,
  refused: [],
  notices: [],
  neverFire: [],
  issues: [],
  truncated: false,
};

/** A stream that keeps its text. */
export class TextStream extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export async function renderWith(
  sink: (stream: Writable) => FindingSink,
  list: readonly Finding[],
  end: HuntSummary,
): Promise<string> {
  const stream = new TextStream();
  const target = sink(stream);
  for (const finding of list) await target.write(finding);
  await target.end(end);
  return stream.text;
}
