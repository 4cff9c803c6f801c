import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ruleText, Workplace } from './support.ts';

const place = new Workplace();
let rule = '';
let events = '';

const sysmon = (record: number | null, fields: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify({
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Hostname: 'WS1.example',
    UtcTime: '2025-03-03 08:00:00.000',
    EventTime: '2025-03-03 08:00:00',
    ...(record !== null && { RecordNumber: record }),
    ...fields,
  })}\n`;

beforeAll(() => {
  rule = place.write('rule.yml', ruleText('Shell', "Image|endswith: '\\cmd.exe'\n    User: root"));
  events = place.write(
    'events.json',
    sysmon(11, { EventID: 3, Image: 'C:\\cmd.exe' }) +
      sysmon(12, { EventID: 1, Image: 'C:\\notepad.exe', User: 'me' }) +
      sysmon(13, { EventID: 1, Image: 'C:\\cmd.exe', User: 'me' }) +
      sysmon(14, { EventID: 1, Image: 'C:\\CMD.EXE', User: 'root' }),
  );
});
afterAll(() => place.remove());

const heads = (stdout: string): string[] =>
  [...stdout.matchAll(/^(?:NO )?MATCH {2}.*\n {2}.* (?:record|position) \d+/gm)].map(([text]) =>
    text.replace(/\s+/g, ' ').replace(/ \S*events\S*json/, ''),
  );

describe('explain', () => {
  it('shows the events that come nearest, the best first', async () => {
    const { code, stdout, stderr } = await place.run('explain', rule, events);
    expect(code).toBe(0);
    expect(heads(stdout)).toEqual([
      'MATCH Shell record 14',
      'NO MATCH Shell record 13',
      'NO MATCH Shell record 12',
    ]);
    expect(stderr).toContain('the 3 nearest of 4 events');
    expect(stdout).toContain("✗ User: root: value is 'me'");
    expect(stdout).toContain('✓ log source: windows / process_creation');
  });

  it('--record picks one event, --limit how many', async () => {
    const one = await place.run('explain', rule, events, '--record', '11');
    expect(heads(one.stdout)).toEqual(['NO MATCH Shell record 11']);
    expect(one.stdout).toContain('✗ log source');
    expect(one.stdout).toContain(
      'event id 3; the rule looks at Microsoft-Windows-Sysmon/Operational event id 1',
    );
    expect(one.stderr).toBe('');
    expect(heads((await place.run('explain', rule, events, '--limit', '1')).stdout)).toHaveLength(1);
    const all = await place.run('explain', rule, events, '--limit', '9');
    expect(heads(all.stdout)).toHaveLength(4);
    expect(all.stderr).toBe('');
    const none = await place.run('explain', rule, events, '--record', '99');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('has no record 99 among its 4 events');
  });

  it('counts positions where events have no record id', async () => {
    const file = place.write(
      'bare.json',
      sysmon(null, { EventID: 1, Image: 'a' }) + sysmon(null, { EventID: 1, Image: 'b' }),
    );
    const { stdout } = await place.run('explain', rule, file, '--record', '2');
    expect(heads(stdout.replace('bare.json', 'events.json'))).toEqual(['NO MATCH Shell position 2']);
    expect(stdout).toContain("value is 'b'");
  });

  it('reads standard input, folders and archives like a hunt', async () => {
    const stdin = readFileSync(events);
    const piped = await place.runWith({ stdin }, 'explain', rule, '-', '--record', '14');
    expect(piped.stdout).toContain('MATCH  Shell');
    mkdirSync(place.path('folder'), { recursive: true });
    place.write('folder/one.json', stdin);
    expect(heads((await place.run('explain', rule, 'folder')).stdout)).toHaveLength(3);
  });

  it('explains every rule of a file with several documents', async () => {
    const two = place.write('two.yml', `${readFileSync(rule, 'utf8')}---\n${ruleText('Second', 'Image: x')}`);
    const { stdout } = await place.run('explain', two, events, '--record', '14');
    expect(heads(stdout)).toEqual(['MATCH Shell record 14', 'NO MATCH Second record 14']);
  });

  it('explains what it can of a file in which a document is broken', async () => {
    const mixed = place.write('mixed.yml', `${readFileSync(rule, 'utf8')}---\ntitle: Half\ndetection: {}\n`);
    const { code, stdout, stderr } = await place.run('explain', mixed, events, '--record', '14');
    expect(code).toBe(0);
    expect(heads(stdout)).toEqual(['MATCH Shell record 14']);
    expect(stderr).toContain('warning: ');
    expect(stderr).toContain('mixed.yml:');
  });

  it('--format json is one line per event and rule', async () => {
    const { stdout } = await place.run('explain', rule, events, '--format', 'json', '--limit', '4');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(4);
    for (const line of lines)
      expect(Object.keys(line)).toEqual(['rule', 'event', 'matches', 'logSource', 'conditions']);
    expect(lines[0]).toMatchObject({ matches: true, event: { recordId: 14 }, logSource: { holds: true } });
  });

  it('-o writes to a file, whole or not at all', async () => {
    const out = place.path('out.txt');
    expect((await place.run('explain', rule, events, '-o', out, '--record', '14')).stdout).toBe('');
    expect(readFileSync(out, 'utf8')).toContain('MATCH  Shell');
    const again = await place.run('explain', rule, events, '-o', out);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('HB_EXISTS');
  });

  it('shows hostile values without obeying them', async () => {
    const evil = place.write(
      'evil.json',
      sysmon(1, { EventID: 1, Image: '\u001b]0;x\u0007\u202ecmd.exe', User: '\n✓ MATCH' }),
    );
    const { stdout } = await place.runWith({ env: { FORCE_COLOR: '1' } }, 'explain', rule, evil);
    // oxlint-disable-next-line no-control-regex -- colours are the only escapes that may be there
    expect(stdout.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(stdout).not.toContain('\n✓');
  });

  it('colours only where asked', async () => {
    expect((await place.run('explain', rule, events)).stdout).not.toContain('\u001b');
    const forced = await place.runWith({ env: { FORCE_COLOR: '1' } }, 'explain', rule, events, '--no-color');
    expect(forced.stdout).not.toContain('\u001b');
  });

  it('fills placeholders from a file', async () => {
    const text = ruleText('Place', 'User|expand: "%admins%"');
    const open = place.write('open.yml', text);
    const missing = await place.run('explain', open, events);
    expect(missing.code).toBe(5);
    expect(missing.stderr).toContain('%admins%');
    const values = place.write('values.yml', 'admins: [root, adm]\n');
    const filled = await place.run('explain', open, events, '--placeholders', values, '--record', '14');
    expect(filled.stdout).toContain('MATCH  Place');
  });
});

describe('the guide', () => {
  it('shows what is printed', async () => {
    const guide = readFileSync(path.resolve(import.meta.dirname, '../../docs/explain.md'), 'utf8');
    const block = (kind: string): string =>
      new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(guide)?.[1] as string;
    const generate = /`huntbook (lab generate [^`]*)`/.exec(guide)?.[1] as string;
    expect((await place.run(...generate.split(' '))).code).toBe(0);
    const example = place.write('guide.yml', block('yaml'));
    const explain = block('sh').trim().replace('huntbook ', '').replace('rule.yml', example).split(' ');
    const { stdout } = await place.run(...explain);
    // Numbers and times of records may differ between versions of the lab.
    const tree = (text: string): string[] => text.split('\n').filter((line) => /^ +[✓✗]/.test(line));
    expect(tree(stdout).length).toBeGreaterThan(8);
    expect(tree(stdout)).toEqual(tree(block('text')));
  });
});

describe('explain refuses', () => {
  it.each([
    ['missing.yml', 2, 'HB_NOT_FOUND'],
    ['broken.yml', 5, 'HB_RULE_YAML'],
    ['correlation.yml', 5, 'a correlation is about several events'],
    ['note.yml', 5, 'note.yml'],
  ])('the rule %s with %i', async (name, expected, message) => {
    place.write('broken.yml', 'title: [a\n');
    place.write(
      'correlation.yml',
      'title: Many\ncorrelation: {type: event_count, rules: [x], group-by: [a], timespan: 5m, condition: {gte: 2}}\n',
    );
    place.write('note.yml', 'just: text\n');
    const { code, stdout, stderr } = await place.run('explain', name, events);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });

  it('a path that is not there, and one without events', async () => {
    expect((await place.run('explain', rule, place.path('nothing'))).code).toBe(2);
    const empty = await place.run('explain', rule, place.write('empty.json', ''));
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain('holds no events');
  });
});
