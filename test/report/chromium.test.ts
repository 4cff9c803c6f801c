/**
 * The report in a real browser: the hostile one runs nothing, asks for nothing and has the elements of a harmless
 * one; and it is whole with JavaScript off. Needs Chromium at /usr/bin/chromium or in the variable CHROMIUM.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlSink } from '../../src/report/index.ts';
import { findings, renderWith, summary } from './fixture.ts';
import { findingOf, payloads, summaryOf } from './hostile.ts';

const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const found = existsSync(chromium);
if (!found && process.env['HUNTBOOK_REQUIRE'] !== '1') {
  console.warn(`The report is not tried in a browser: no Chromium at ${chromium}; set CHROMIUM to its path.`);
}

describe.skipIf(!found && process.env['HUNTBOOK_REQUIRE'] !== '1')('the report in Chromium', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-report-'));
  const asked: string[] = [];
  let beacon: Server;
  let address: string;

  beforeAll(async () => {
    beacon = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => beacon.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(beacon.address() as AddressInfo).port}/`;
  });

  afterAll(() => {
    beacon.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('notices a page that does run and ask, so that silence means something', async () => {
    const page = `<body><script>document.body.dataset.owned=1</script><img src=${address}x></body>`;
    expect(await dump(page)).toContain('data-owned="1"');
    expect(asked).toEqual(['/x']);
    asked.length = 0;
  });

  it('runs nothing and asks for nothing, whatever the events say', async () => {
    const texts = payloads
      .filter((text) => text.length < 1000)
      .map((text) => text.replaceAll('BEACON', `${address}x`));
    const hostile = await dump(await renderWith(htmlSink, texts.map(findingOf), summaryOf(texts)));
    expect(hostile).not.toContain('data-owned');
    expect(asked).toEqual([]);
    const harmless = texts.map((_, i) => `text ${i}`);
    const plain = await dump(await renderWith(htmlSink, harmless.map(findingOf), summaryOf(harmless)));
    expect(elementsOf(hostile)).toEqual(elementsOf(plain));
  });

  it('shows its tools where JavaScript is on, and misses nothing but them where it is off', async () => {
    const page = await renderWith(htmlSink, findings, summary);
    const on = await dump(page);
    // Chromium needs scripts to print the page, so they are turned off by the page's own policy.
    const off = await dump(page.replace(/sha256-[^&]*(&#39;; img-src)/, 'none$1'));
    expect(on).toContain('<div class="tools">');
    expect(off).toContain('<div class="tools" hidden="">');
    expect(elementsOf(off.replace('<div class="tools" hidden="">', '<div class="tools">'))).toEqual(
      elementsOf(on),
    );
    for (const { rule } of findings) expect(off).toContain(rule.title);
    expect(off).toContain('18446744073709551615');
  });

  async function dump(page: string): Promise<string> {
    const profile = mkdtempSync(path.join(folder, 'profile-'));
    const file = path.join(profile, 'page.html');
    writeFileSync(file, page);
    const fixed = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync';
    const quiet = '--disable-background-networking --disable-component-update';
    const args = [...fixed.split(' '), ...quiet.split(' '), `--user-data-dir=${profile}`, '--dump-dom'];
    const { stdout } = await promisify(execFile)(chromium, [...args, `file://${file}`], {
      timeout: 50_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }
});

/** The elements of a page with the names of their attributes, in order. */
function elementsOf(page: string): string[] {
  const body = page.replace(/<style>[^]*?<\/style>|<script>[^]*?<\/script>/g, '');
  return [...body.matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
}
