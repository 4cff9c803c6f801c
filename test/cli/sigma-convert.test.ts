import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace, type Run } from './support.ts';

const place = new Workplace();
afterAll(() => place.remove());

const whoami = `title: Whoami
id: 5d0c3f7e-6b3a-4a53-9c3a-3f6a1f2b7c11
logsource: { product: windows, category: process_creation }
detection:
  selection:
    Image|endswith: \\whoami.exe
  condition: selection
`;
const referring = `title: Image is its parent
logsource: { product: windows, category: process_creation }
detection:
  selection:
    Image|fieldref: ParentImage
  condition: selection
`;
const logons = `title: Failed logon
name: failed_logon
logsource: { product: windows, service: security }
detection:
  selection: { EventID: 4625 }
  condition: selection
---
title: Many failed logons
correlation:
  type: event_count
  rules: failed_logon
  group-by: TargetUserName
  timespan: 5m
  condition: { gte: 10 }
`;

beforeAll(() => {
  mkdirSync(place.path('rules', 'sub'), { recursive: true });
  place.write('rules/whoami.yml', whoami);
  place.write('rules/sub/logons.yml', logons);
  place.write('rules/broken.yml', 'title: x\ndetection: {}\n');
});

const convert = (...args: string[]): Promise<Run> => place.run('sigma', 'convert', ...args);

describe('sigma convert', () => {
  it('prints the query, and says which pipelines it took', async () => {
    const { code, stdout, stderr } = await convert('-t', 'lucene', 'rules/whoami.yml');
    expect(code).toBe(0);
    expect(stdout).toBe('process.executable.caseless:*\\\\whoami.exe\n');
    expect(stderr).toContain('no pipeline was named: took -p ecs_windows for 1 rule (-p none: take none)');
  });

  it('leaves names as they are with -p none, and says nothing with -q', async () => {
    expect(await convert('-t', 'lucene', '-p', 'none', '-q', 'rules/whoami.yml')).toEqual({
      code: 0,
      stdout: 'Image:*\\\\whoami.exe\n',
      stderr: '',
    });
  });

  it('gives one JSON line per file, with queries or the error and its place', async () => {
    const { code, stdout } = await convert('-t', 'sqlite', '-p', 'none', '--json', 'rules');
    expect(code).toBe(5);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const by = new Map(lines.map((line) => [String(line['path']), line]));
    expect([...by.keys()].sort()).toEqual(['rules/broken.yml', 'rules/sub/logons.yml', 'rules/whoami.yml']);
    expect(by.get('rules/whoami.yml')).toEqual({
      path: 'rules/whoami.yml',
      id: '5d0c3f7e-6b3a-4a53-9c3a-3f6a1f2b7c11',
      title: 'Whoami',
      target: 'sqlite',
      pipelines: [],
      queries: ["SELECT * FROM logs WHERE Image LIKE '%\\\\whoami.exe' ESCAPE '\\'"],
    });
    expect(by.get('rules/broken.yml')).toMatchObject({
      error: { code: 'HB_RULE_INVALID', line: expect.any(Number), column: expect.any(Number) },
    });
    expect(by.get('rules/sub/logons.yml')).toMatchObject({ title: 'Many failed logons' });
  });

  it('goes on after a rule that can not be said, names it, and ends with 5', async () => {
    place.write('refers.yml', referring);
    const { code, stdout, stderr } = await convert(
      '-t',
      'lucene',
      '-p',
      'none',
      'refers.yml',
      'rules/whoami.yml',
    );
    expect(code).toBe(5);
    expect(stdout).toBe('Image:*\\\\whoami.exe\n');
    expect(stderr).toMatch(
      /^huntbook: refers\.yml:1:1: Lucene cannot express .* \[HB_TARGET_UNSUPPORTED\]$/m,
    );
    expect(stderr).toMatch(/1 rules? to 1 quer(?:y|ies) for Lucene, 1 not converted/);
  });

  it('writes a folder as the rules lie, and replaces nothing without --force', async () => {
    mkdirSync(place.path('out'));
    expect((await convert('-t', 'splunk', '-o', 'out', '-q', 'rules')).code).toBe(5);
    expect(readdirSync(place.path('out'), { recursive: true }).map(String).sort()).toEqual([
      'sub',
      'sub/logons.spl',
      'whoami.spl',
    ]);
    expect(readFileSync(place.path('out/sub/logons.spl'), 'utf8')).toContain('EventCode=4625');
    const again = await convert('-t', 'splunk', '-o', 'out', '-q', 'rules');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('[HB_EXISTS]');
  });

  it('makes one document of all where the format is one', async () => {
    const { stdout } = await convert('-t', 'splunk', '-f', 'savedsearches', 'rules/whoami.yml');
    expect(stdout).toMatch(/^\[default\]$/m);
    expect(stdout).toMatch(/^\[Whoami\]$/m);
  });

  it('takes a pipeline file, and names line and column of what is wrong in one', async () => {
    place.write(
      'ours.yml',
      'name: ours\npriority: 20\ntransformations:\n  - id: f\n    type: field_name_mapping\n    mapping: { Image: proc.path }\n',
    );
    const { stdout, stderr } = await convert(
      '-t',
      'eql',
      '-p',
      'ours.yml',
      '--explain-pipeline',
      'rules/whoami.yml',
    );
    expect(stdout).toBe('any where proc.path:"*\\\\whoami.exe"\n');
    expect(stderr).toContain('Image -> proc.path');
    place.write('wrong.yml', 'name: wrong\ntransformations:\n  - type: field_name_maping\n');
    const wrong = await convert('-t', 'eql', '-p', 'wrong.yml', 'rules/whoami.yml');
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toMatch(/wrong\.yml:3:\d+: .*field_name_maping.*\[HB_PIPELINE_INVALID\]/);
  });

  it('takes an old sigmac configuration', async () => {
    place.write(
      'old.yml',
      'title: old\norder: 20\nlogsources:\n  all:\n    product: windows\n    index: win-*\nfieldmappings:\n  Image: process_path\ndefaultindex: logs-*\n',
    );
    const { code, stdout } = await convert('-t', 'lucene', '-p', 'old.yml', '-q', 'rules/whoami.yml');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'process_path:*\\\\whoami.exe\n' });
  });

  it('reaches nothing outside unless it is allowed', async () => {
    place.write('words.txt', '\\whoami.exe\n');
    place.write(
      'outside.yml',
      'name: outside\npriority: 20\ntransformations:\n  - type: command_placeholders\n    command: [touch, evil]\n    include: [names]\n',
    );
    place.write('expand.yml', whoami.replace('Image|endswith: \\whoami.exe', "Image|expand: '%names%'"));
    const { code, stderr } = await convert('-t', 'eql', '-p', 'outside.yml', 'expand.yml');
    expect(code).not.toBe(0);
    expect(stderr).toContain('HB_PIPELINE');
    expect(readdirSync(place.folder)).not.toContain('evil');
  });

  it.each([
    [['-t', 'nothing', 'rules'], 2, 'HB_TARGET_UNKNOWN'],
    [['-t', 'eql', '-p', 'nothing', 'rules'], 2, 'HB_PIPELINE_UNKNOWN'],
    [['-t', 'eql', '-f', 'nothing', 'rules'], 2, 'HB_USAGE'],
    [['-t', 'sqlite', '--set', 'colour=red', 'rules'], 2, 'HB_USAGE'],
    [['-t', 'eql', '-p', 'none', '-p', 'sysmon', 'rules'], 2, 'HB_USAGE'],
    [['-t', 'eql', 'nowhere'], 2, 'HB_NOT_FOUND'],
  ])('says what is wrong with %j', async (args, status, name) => {
    const { code, stdout, stderr } = await convert(...args);
    expect({ code, stdout }).toEqual({ code: status, stdout: '' });
    expect(stderr).toContain(`[${name}]`);
  });
});

describe('sigma convert: files', () => {
  const rule = (id: number, more = ''): string => `title: Rule ${id}
id: 5d0c3f7e-6b3a-4a53-9c3a-3f6a1f2b7c${id}
logsource: { product: linux }
detection: { selection: { Number: ${id} }, condition: selection }
${more}`;

  beforeAll(() => {
    for (const folder of ['set/one', 'set/two', 'chain', 'pipelines/sub'])
      mkdirSync(place.path(folder), { recursive: true });
    place.write('set/one/same.yml', `${rule(11)}---\n${rule(12)}`);
    place.write('set/two/same.yml', rule(13));
    place.write('set/two/SAME.yaml', rule(14));
    const [logon = '', many = ''] = logons.split('---\n');
    place.write('chain/a.yml', many);
    place.write('chain/b.yml', logon);
    place.write('chain/c.yml', rule(15, '---\ntitle: x\ndetection: {}\n---\ntitle: y\ndetection: {}\n'));
    place.write('pipelines/late.yml', prefix('late_', 90));
    place.write('pipelines/sub/early.yml', prefix('early_', 10));
  });

  const prefix = (text: string, priority: number): string =>
    `priority: ${priority}\ntransformations: [{ type: field_name_prefix, prefix: ${text} }]\n`;
  const plain = (...args: string[]): Promise<Run> => convert('-t', 'splunk', '-p', 'none', '-q', ...args);

  it('keeps files of the same name apart', async () => {
    expect((await plain('-o', 'apart/', 'set')).code).toBe(0);
    const list = (folder: string): string[] => readdirSync(place.path(folder)).toSorted();
    expect(list('apart/one')).toEqual(['same.spl']);
    expect(list('apart/two')).toEqual(['SAME.spl', 'same_2.spl']);
    expect((await plain('-o', 'flat/', 'set/one', 'set/two', '--force')).code).toBe(0);
    expect(list('flat')).toEqual(['SAME_2.spl', 'same.spl', 'same_3.spl']);
    expect(readFileSync(place.path('flat/same.spl'), 'utf8')).toBe('Number=11\n\nNumber=12\n');
    expect(readFileSync(place.path('flat/same_3.spl'), 'utf8')).toBe('Number=13\n');
  });

  it('writes no file of a folder when one of them is there already', async () => {
    mkdirSync(place.path('full/two'), { recursive: true });
    place.write('full/two/same_2.spl', 'mine');
    const { code, stderr } = await plain('-o', 'full/', 'set');
    expect([code, stderr]).toEqual([2, expect.stringContaining('exists already [HB_EXISTS]')]);
    expect(readdirSync(place.path('full'))).toEqual(['two']);
  });

  it('says which folder cannot be made', async () => {
    const { code, stderr } = await plain('-o', 'set/one/same.yml/', 'set');
    expect([code, stderr]).toEqual([2, expect.stringContaining('same.yml: the folder cannot be made')]);
  });

  it('makes one document of each file in a folder where the format or a finalizer makes one', async () => {
    const saved = await plain('-f', 'savedsearches', '-o', 'saved/', 'set/one');
    expect(saved.code).toBe(0);
    expect(readFileSync(place.path('saved/same.conf'), 'utf8')).toContain('[Rule 12]\nsearch = Number=12');
    const options = ['-t', 'lucene', '-p', 'none', '-o', 'saved/', 'set/one'];
    expect((await convert('-f', 'kibana_ndjson', ...options)).code).toBe(0);
    const lines = readFileSync(place.path('saved/same.ndjson'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['search', 'search']);
    expect((await convert('-f', 'dsl_lucene', ...options)).code).toBe(0);
    expect(JSON.parse(readFileSync(place.path('saved/same.json'), 'utf8'))).toHaveLength(2);
    place.write('final.yml', 'finalizers: [{ type: concat, prefix: "<", suffix: ">" }]\n');
    await convert('-t', 'splunk', '-p', 'final.yml', '-o', 'saved/', 'set/one');
    expect(readFileSync(place.path('saved/same.spl'), 'utf8')).toBe('<Number=11\nNumber=12>\n');
  });

  it('gives a line for every file of rules in their order, with all errors of a file', async () => {
    const { stdout } = await plain('--json', 'chain');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ path: name }) => name)).toEqual(['chain/a.yml', 'chain/b.yml', 'chain/c.yml']);
    expect(lines[1]).toMatchObject({ title: 'Failed logon', queries: [] });
    expect(lines[2]).toMatchObject({ title: 'Rule 15', queries: ['Number=15'], error: { line: 6 } });
    expect(lines[2]).toMatchObject({ errors: [{ line: 6 }, { line: 9 }] });
  });

  it('reads rules from standard input', async () => {
    const { code, stdout } = await place.runWith(
      { stdin: rule(16) },
      'sigma',
      'convert',
      '-t',
      'splunk',
      '-p',
      'none',
      '-',
    );
    expect([code, stdout]).toEqual([0, 'Number=16\n']);
  });

  it('refuses a path that is not there, and says so', async () => {
    const { code, stdout, stderr } = await plain('set', 'nowhere');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('nowhere: there is no such file or folder [HB_NOT_FOUND]');
  });

  it('takes all pipelines of a folder, in the order of their priority', async () => {
    const { stdout } = await convert('-t', 'splunk', '-p', 'pipelines', 'set/two/same.yml');
    expect(stdout).toBe('late_early_Number=13\n');
  });

  it('tells in one line why a command or web page of a pipeline failed', async () => {
    place.write('open.yml', rule(17).replace('Number: 17', "Number|expand: '%x%'"));
    for (const [step, reason] of [
      ['command_placeholders, command: "echo no luck >&2; exit 3"', 'no luck'],
      ['http_placeholders, url: "file:///etc/passwd"', 'only http and https are fetched'],
    ] as const) {
      place.write('outside.yml', `transformations: [{ type: ${step} }]\n`);
      const { stderr } = await convert(
        '-t',
        'splunk',
        '-q',
        '-p',
        'outside.yml',
        '--allow-external',
        'open.yml',
      );
      expect(stderr).toMatch(
        new RegExp(`^huntbook: open.yml:\\d+:\\d+: \\w+ for %x%: ${reason} \\[HB_\\w+\\]\\n$`),
      );
    }
  });
});

describe('sigma fields, targets and pipelines', () => {
  it('lists the fields that rules need, after mapping', async () => {
    const { stdout } = await place.run('sigma', 'fields', '-t', 'lucene', '--json', 'rules/whoami.yml');
    expect(JSON.parse(stdout)).toEqual([
      { field: 'process.executable.caseless', rules: 1, logsources: ['windows/process_creation'] },
    ]);
    const plain = await place.run('sigma', 'fields', 'rules/whoami.yml');
    expect(plain.stdout).toMatch(/^Image +1 +windows\/process_creation$/m);
  });

  it('prints what each target can express', async () => {
    const { code, stdout } = await place.run('sigma', 'targets');
    expect(code).toBe(0);
    const names =
      'splunk lucene opensearch_lucene query_dsl opensearch_ppl eql esql elastalert kusto sqlite duckdb postgres clickhouse databricks loki log_scale secops';
    for (const name of names.split(' ')) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
    const page = await place.run('sigma', 'targets', 'splunk');
    expect(page.stdout).toContain('savedsearches');
    expect(page.stdout).toContain('not run on a real server');
  });

  it('prints a built-in pipeline as a file that is taken again', async () => {
    const { stdout } = await place.run('sigma', 'pipelines', 'ecs_windows');
    place.write('ecs.yml', stdout);
    const [named, file] = await Promise.all([
      convert('-t', 'eql', '-p', 'ecs_windows', '-q', 'rules/whoami.yml'),
      convert('-t', 'eql', '-p', 'ecs.yml', '-q', 'rules/whoami.yml'),
    ]);
    expect(file).toEqual(named);
  });
});
