import { describe, expect, it } from 'vitest';
import {
  csvSink,
  htmlSink,
  jsonSink,
  ndjsonSink,
  tableSink,
  type Finding,
  type FindingProcess,
} from '../../src/report/index.ts';
import { findings, renderWith, summary } from './fixture.ts';

const [first] = findings as [Finding];

const processOf = (image: string, pid: number, more: Partial<FindingProcess> = {}): FindingProcess => ({
  host: 'WS01',
  guid: `00000000-0000-0000-0000-${String(pid).padStart(12, '0')}`,
  pid,
  image: `C:\\Windows\\${image}`,
  commandLine: `${image} /x`,
  user: 'CORP\\anna',
  start: '2026-03-02T09:15:30.123Z',
  end: null,
  known: true,
  link: 'guid',
  step: null,
  ...more,
});

const chain = [
  processOf('cmd.exe', 10, { link: null, step: 'Command Shell' }),
  processOf('helper.exe', 20, { link: 'inferred', commandLine: null }),
  processOf('powershell.exe', 30, { step: 'PowerShell' }),
  processOf('winword.exe', 40, { step: 'Word', known: false }),
];
const steps = ['Command Shell', 'PowerShell', 'Word'].map((title, i) => ({
  rule: { id: null, title },
  event: { ...first.event, recordId: 500 + i, time: `2026-03-02T09:15:3${i}Z` },
}));
const finding: Finding = {
  ...first,
  matched: [{ field: 'process_chain', value: 3, pattern: '3 steps within 600 s' }],
  chain,
  correlation: {
    type: 'process_chain',
    timespan: 600,
    group: [],
    value: 3,
    count: 3,
    first: '2026-03-02T09:15:30Z',
    last: '2026-03-02T09:15:32Z',
    events: steps,
  },
};
const ancestry: Finding = { ...first, chain: chain.map((one) => ({ ...one, step: null })) };

describe('a finding with a chain of processes', () => {
  it('has it as it is in NDJSON and JSON, and only where there is one', async () => {
    const line = JSON.parse(await renderWith(ndjsonSink, [finding], summary)) as { chain: object[] };
    expect(line.chain).toEqual(chain);
    expect(Object.keys(line.chain[0] as object)).toEqual([
      'host',
      'guid',
      'pid',
      'image',
      'commandLine',
      'user',
      'start',
      'end',
      'known',
      'link',
      'step',
    ]);
    const document = JSON.parse(await renderWith(jsonSink, [finding, first], summary)) as { data: object[] };
    expect(document.data.map((one) => 'chain' in one)).toEqual([true, false]);
  });

  it('has one column in CSV', async () => {
    const [, row, plain] = (await renderWith(csvSink, [finding, first], summary)).split('\r\n');
    expect(row).toMatch(
      /,cmd\.exe \(10\) > helper\.exe \(20\) > powershell\.exe \(30\) > winword\.exe \(40\)$/,
    );
    expect(plain).toMatch(/,$/);
  });

  it('has one line under its sample in the table, and of a chain rule every step', async () => {
    const text = await renderWith((out) => tableSink(out, { details: 1, width: 120 }), [finding], summary);
    expect(text).toContain(
      '\n                   > cmd.exe (10) > helper.exe (20) > powershell.exe (30) > winword.exe (40)\n',
    );
    for (const { rule } of steps) expect(text).toContain(`  WS01  ${rule.title}  logs/ws01.evtx`);
    const own = await renderWith((out) => tableSink(out, { details: 1, width: 120 }), [ancestry], summary);
    expect(own).toContain('> cmd.exe (10) > helper.exe (20)');
  });

  it('keeps the lowest processes where a line is too narrow for all', async () => {
    const long = Array.from({ length: 300 }, (_, i) => processOf(`program-${i}.exe`, i));
    for (const width of [60, 80, 100, 140]) {
      const text = await renderWith(
        (out) => tableSink(out, { details: 1, width }),
        [{ ...finding, chain: long }],
        summary,
      );
      const line = text.split('\n').find((one) => one.includes('program-')) ?? '';
      expect(line).toMatch(/^ +> … > .*program-299\.exe \(299\)$/);
      expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it('shows in the HTML report the line, the steps, and which parents are inferred', async () => {
    const page = await renderWith(htmlSink, [finding], summary);
    expect(page).toContain(
      '<details open><summary>cmd.exe (10) &gt; helper.exe (20) &gt; powershell.exe (30) &gt; winword.exe (40)</summary>',
    );
    expect(page).toMatch(
      /<li class="inferred"><b title="C:\\Windows\\helper\.exe">helper\.exe \(20\)<\/b>\s*<small>parent by process id and time · /,
    );
    expect(page).toContain('<span class="step">PowerShell</span>');
    expect(page).toContain('its creation was not seen');
    expect(page).toContain('<code>powershell.exe /x</code>');
    expect(page).not.toContain('<span class="step"></span>');
    // The ancestry of a finding is folded.
    expect(await renderWith(htmlSink, [ancestry], summary)).toContain('<details><summary>cmd.exe (10) &gt;');
  });

  it('stays small whatever the chain', async () => {
    const huge = Array.from({ length: 1000 }, (_, i) =>
      processOf(`${'x'.repeat(32_000)}${i}`, i, {
        commandLine: 'y'.repeat(32_000),
        user: 'z'.repeat(32_000),
      }),
    );
    const many = Array.from({ length: 20 }, (_, i) => ({ ...finding, id: String(i), chain: huge }));
    expect((await renderWith(htmlSink, many, summary)).length).toBeLessThan(2_000_000);
    const [, row] = (await renderWith(csvSink, many, summary)).split('\r\n');
    expect(row?.length).toBeLessThan(32_767);
    const table = await renderWith((out) => tableSink(out, { details: 9 }), many, summary);
    expect(table.length).toBeLessThan(20_000);
  });
});
