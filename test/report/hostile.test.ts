import { parse } from 'csv-parse/sync';
import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { csvSink, htmlSink, jsonSink, ndjsonSink, renderSummary, tableSink } from '../../src/report/index.ts';
import { toJson } from '../../src/events/index.ts';
import { renderWith } from './fixture.ts';
import { findingOf, payloads, summaryOf } from './hostile.ts';

const findings = payloads.map(findingOf);
const summary = summaryOf(payloads);
/** Everything that a terminal acts on or that reorders or hides text, but the line end. */
const dangerous = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('hostile text in every slot', () => {
  it('comes back unchanged from NDJSON and JSON', async () => {
    const lines = (await renderWith(ndjsonSink, findings, summary)).trimEnd().split('\n');
    expect(lines).toEqual(findings.map((finding) => toJson(finding)));
    const document = JSON.parse(await renderWith(jsonSink, findings, summary)) as { data: unknown };
    expect(document.data).toEqual(JSON.parse(toJson(findings)));
  });

  it('stays in its field of CSV and never starts a formula', async () => {
    const rows = parse(await renderWith(csvSink, findings, summary)) as string[][];
    expect(rows).toHaveLength(findings.length + 1);
    for (const [i, row] of rows.slice(1).entries()) {
      expect(row).toHaveLength(21);
      expect(row[2]?.replace(/^'/, '')).toBe(payloads[i]?.toWellFormed().replace(/^'/, ''));
      for (const cell of row) expect(cell).not.toMatch(/^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u);
    }
  });

  it('cannot reach the terminal', async () => {
    const table = (stream: Writable) => tableSink(stream, { details: 5, width: 80 });
    expect(await renderWith(table, findings, summary)).not.toMatch(dangerous);
    expect(renderSummary(summary, { width: 80 })).not.toMatch(dangerous);
  });

  it('adds no element and no attribute to the report', async () => {
    // Without the huge one: it is cut, so that its entry has fewer parts.
    const short = payloads.filter((text) => text.length < 1000);
    const harmless = short.map((_, i) => `text ${i}`);
    const expected = tagsOf(await renderWith(htmlSink, harmless.map(findingOf), summaryOf(harmless)));
    expect(tagsOf(await renderWith(htmlSink, short.map(findingOf), summaryOf(short)))).toEqual(expected);
    // The same in the title, which also stands in the head.
    for (const title of payloads) {
      const page = await renderWith((stream) => htmlSink(stream, { title }), [], summaryOf([]));
      const plain = await renderWith((stream) => htmlSink(stream, { title: 'x' }), [], summaryOf([]));
      expect(tagsOf(page)).toEqual(tagsOf(plain));
    }
  });

  it('is visible in the report where it would be invisible or reorder the text', async () => {
    const text = await renderWith(htmlSink, findings, summary);
    expect(text).toContain('invoice\\u{202e}gpj.exe');
    const values = text.replace(/ data-(first|last)="[^"]*"/g, '');
    expect(values).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u);
  });
});

/** The elements of a page with the names of their attributes, in order. */
function tagsOf(page: string): string[] {
  const body = page.replace(/<style>[^]*?<\/style>|<script>[^]*?<\/script>/g, '');
  return [...body.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""').replace(/\s+/g, ' '));
}
