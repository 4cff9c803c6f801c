import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  csvSink,
  htmlSink,
  jsonSink,
  ndjsonSink,
  renderSummary,
  tableSink,
  type FindingSink,
} from '../../src/report/index.ts';
import type { Writable } from 'node:stream';
import { sqlFindings } from './sql-findings.ts';
import { emptySummary, findings, renderWith, summary } from './fixture.ts';

const folder = path.join(import.meta.dirname, 'golden');

const sinks: Record<string, (stream: Writable) => FindingSink> = {
  'findings.ndjson': ndjsonSink,
  'findings.json': jsonSink,
  'findings.csv': csvSink,
  'findings-raw.csv': (stream) => csvSink(stream, { safe: false }),
  'table.txt': tableSink,
  'table-60.txt': (stream) => tableSink(stream, { width: 60, details: 2 }),
  'table-color.txt': (stream) => tableSink(stream, { width: 120, details: 1, color: true }),
  'report.html': (stream) => htmlSink(stream, { title: 'Hunt of March 2026' }),
};

describe('each format of findings is written as in its golden file', () => {
  for (const [name, sink] of Object.entries(sinks)) {
    it(name, async () => {
      expectGolden(name, await renderWith(sink, findings, summary));
    });
    it(`${name} without findings`, async () => {
      expectGolden(`empty-${name}`, await renderWith(sink, [], emptySummary));
    });
  }

  for (const name of ['table.txt', 'findings.csv', 'findings.ndjson', 'report.html'])
    it(`${name} of a SQL hunt`, async () => {
      const list = await sqlFindings();
      const end = { ...emptySummary, findings: list.length, rulesMatched: 1 };
      expectGolden(`sql-${name}`, await renderWith(sinks[name] as (typeof sinks)[string], list, end));
    });

  it('summary.txt', () => {
    expectGolden('summary.txt', renderSummary(summary));
    expectGolden('summary-color.txt', renderSummary(summary, { color: true, width: 60 }));
    expectGolden('empty-summary.txt', renderSummary(emptySummary));
  });

  it('the same findings give the same bytes again', async () => {
    for (const sink of Object.values(sinks)) {
      expect(await renderWith(sink, findings, summary)).toBe(await renderWith(sink, findings, summary));
    }
  });
});

/** HUNTBOOK_UPDATE_GOLDEN=1 writes the files; read the difference before committing it. */
function expectGolden(name: string, text: string): void {
  const file = path.join(folder, name);
  if (process.env['HUNTBOOK_UPDATE_GOLDEN'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, 'utf8'));
}
