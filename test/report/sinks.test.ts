import { parse } from 'csv-parse/sync';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/events/index.ts';
import {
  csvSink,
  htmlSink,
  jsonSink,
  ndjsonSink,
  tableSink,
  type Finding,
  type FindingSink,
} from '../../src/report/index.ts';
import { findings, renderWith, summary } from './fixture.ts';

describe('NDJSON', () => {
  it('holds one finding a line with the keys in the order promised', async () => {
    const lines = (await renderWith(ndjsonSink, findings, summary)).trimEnd().split('\n');
    expect(lines).toHaveLength(findings.length);
    expect(Object.keys(JSON.parse(lines[0] ?? '') as object)).toEqual(['id', 'rule', 'event', 'matched']);
  });

  it('keeps the order of keys even where the finding has another', async () => {
    const finding = findings[0] as Finding;
    const { id, rule, event, matched } = finding;
    const turned = {
      matched,
      event: Object.fromEntries(Object.entries(event).reverse()),
      rule: { ...Object.fromEntries(Object.entries(rule).reverse()), extra: 1 },
      id,
    } as unknown as Finding;
    expect(await renderWith(ndjsonSink, [turned], summary)).toBe(
      await renderWith(ndjsonSink, [finding], summary),
    );
  });

  it('writes findings that share an event, and rules that change, each as they are', async () => {
    const [first, second] = findings as [Finding, Finding];
    const list = [first, { ...second, event: first.event }, second, { ...first, rule: second.rule }];
    expect(await renderWith(ndjsonSink, list, summary)).toBe(
      list.map((finding) => toJson(finding) + '\n').join(''),
    );
  });

  it('writes integers beyond 2^53 as digits', async () => {
    const text = await renderWith(ndjsonSink, findings, summary);
    expect(text).toContain('"recordId":9007199254740993,');
    expect(text).toContain('"TargetLogonId":18446744073709551615,');
    expect(text).toBe(findings.map((finding) => toJson(finding) + '\n').join(''));
  });
});

describe('JSON', () => {
  it('is one document with findings, summary and warnings', async () => {
    const document = JSON.parse(await renderWith(jsonSink, findings, summary)) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual(['schema', 'data', 'summary', 'warnings']);
    expect(document['schema']).toBe('huntbook/1');
    expect(document['data']).toHaveLength(findings.length);
    const codes = (document['warnings'] as { code: string }[]).map(({ code }) => code);
    expect(codes).toEqual(['HB_LIMIT', 'HB_RULE_CONDITION', 'HB_RULE_YAML', 'HB_DAMAGED', 'HB_UNKNOWN_KIND']);
  });
});

describe('CSV', () => {
  it('finds user, image and command line under the names that events use', async () => {
    const rows = parse<Record<string, string>>(await renderWith(csvSink, findings, summary), {
      columns: true,
    });
    expect(rows[0]?.['user']).toBe('CORP\\anna');
    expect(rows[0]?.['image']).toBe('C:\\Windows\\System32\\Taskmgr.exe');
    expect(rows[1]?.['user']).toBe('bob');
    expect(rows[1]?.['commandLine']).toBe('cmd /c "echo 0, done"');
    expect(rows[1]?.['matched']).toBe('CommandLine=cmd /c "echo 0, done"');
    expect(rows[5]?.['matched']).toBe('keyword=first line\nsecond line\tend');
  });
});

describe('the table', () => {
  it('names the most severe rule first and counts hosts that have no room', async () => {
    const lines = (await renderWith(tableSink, findings, summary)).split('\n');
    expect(lines[0]).toMatch(/^critical +1 {2}LSASS Memory Dumped By Task Manager$/);
    expect(lines.join('\n')).toContain('WS01, WS02, WS03 + 1 more');
    expect(lines.at(-3)).toMatch(/^6 findings of 3 rules on 4 hosts: 1 critical, 4 high, 1 no level\./);
  });

  it('is never wider than the terminal', async () => {
    for (const width of [60, 73, 100, 160]) {
      const text = await renderWith(
        (stream) => tableSink(stream, { width, details: 3 }),
        findings.slice(0, 5),
        {
          ...summary,
          truncated: false,
        },
      );
      const lines = text.trimEnd().split('\n').slice(0, -1);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  it('colours only when told to', async () => {
    expect(await renderWith(tableSink, findings, summary)).not.toContain('\u001b');
    expect(await renderWith((stream) => tableSink(stream, { color: true }), findings, summary)).toContain(
      '\u001b[',
    );
  });
});

describe('the HTML report', () => {
  const many = (rules: number, perRule: number): Finding[] =>
    Array.from({ length: rules * perRule }, (_, i) => {
      const finding = findings[0] as Finding;
      const rule = rulesOf[i % rules] as Finding['rule'];
      const event = { ...finding.event, fields: { Marker: `marker-${i}.` } };
      return { ...finding, id: `${i}`, rule, event };
    });
  const rulesOf = Array.from({ length: 50 }, (_, i) => ({
    ...(findings[0] as Finding).rule,
    title: `Rule ${i}`,
    path: `${i}.yml`,
  }));

  it('embeds a bounded number of findings, the same share of every rule, and says so', async () => {
    const list = [...many(1, 500), ...many(10, 30)];
    const text = await renderWith((stream) => htmlSink(stream, { maxFindings: 100 }), list, summary);
    const shown = text.match(/marker-\d+\./g) ?? [];
    expect(shown.length).toBeLessThanOrEqual(100);
    expect(shown.length).toBeGreaterThanOrEqual(90);
    expect(text).toContain(`Counts cover all 800 findings. This page holds ${shown.length} of them in full`);
    expect(text).toContain('The first 10 of 530 findings shown.');
    expect(text).toContain('The first 10 of 30 findings shown.');
  });

  it('embeds no more than the given number of one rule', async () => {
    const text = await renderWith((stream) => htmlSink(stream, { maxPerRule: 7 }), many(1, 20), summary);
    expect(text.match(/marker-\d+\./g)).toHaveLength(7);
  });

  it('keeps at least one finding of each rule while there is room', async () => {
    const text = await renderWith((stream) => htmlSink(stream, { maxFindings: 40 }), many(50, 3), summary);
    expect(text.match(/marker-\d+\./g)).toHaveLength(41);
    expect(text).toContain('None of 3 findings shown.');
  });

  it('cuts huge values and says how much is missing', async () => {
    const finding = findings[0] as Finding;
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`Field${i}`, 'y'.repeat(5000)]));
    const huge = { ...finding, event: { ...finding.event, fields } };
    const text = await renderWith(htmlSink, [huge], summary);
    expect(text).toContain('… (3000 more characters)');
    expect(text).toMatch(/\d+ more fields/);
    expect(text.length).toBeLessThan(100_000);
  });

  it('links techniques to ATT&CK and groups by tactic under either spelling', async () => {
    const text = await renderWith(htmlSink, findings, summary);
    expect(text).toContain('href="https://attack.mitre.org/techniques/T1003/001/"');
    expect(text).toContain('>Credential Access</a> <small>TA0006</small>');
    expect(text).toContain('>Defense Evasion</a> <small>TA0005</small>');
    expect(text.indexOf('>Execution</a>')).toBeLessThan(text.indexOf('>Credential Access</a>'));
  });
});

describe('every sink', () => {
  const sinks: [string, (stream: Writable) => FindingSink][] = [
    ['ndjson', ndjsonSink],
    ['json', jsonSink],
    ['csv', csvSink],
    ['table', tableSink],
    ['html', htmlSink],
  ];

  it.each(sinks)('%s waits for a slow stream and leaves it open', async (_name, sink) => {
    const chunks: string[] = [];
    const stream = new Writable({
      highWaterMark: 16,
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk.toString());
        setImmediate(done);
      },
    });
    const target = sink(stream);
    for (let i = 0; i < 400; i++) {
      const waits = target.write(findings[i % findings.length] as Finding);
      if (waits) await waits;
      expect(stream.writableLength).toBeLessThan(200_000);
    }
    await target.end(summary);
    expect(stream.writableEnded).toBe(false);
    expect(chunks.join('')).not.toBe('');
    expect(stream.listenerCount('error')).toBe(0);
  });

  it.each(sinks)('%s reports a stream that fails, with its own error as cause', async (_name, sink) => {
    const stream = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      },
    });
    stream.on('error', () => undefined);
    const run = async (): Promise<void> => {
      const target = sink(stream);
      for (let i = 0; i < 2000; i++) await target.write(findings[i % findings.length] as Finding);
      await target.end(summary);
    };
    await expect(run()).rejects.toMatchObject({ code: 'HB_WRITE', cause: { code: 'ENOSPC' } });
  });
});
