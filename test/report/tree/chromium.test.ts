/** Pictures of trees in a real browser. Needs Chromium at /usr/bin/chromium or in the variable CHROMIUM. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeHtml, treeSvg } from '../../../src/report/index.ts';
import { payloads } from '../hostile.ts';
import { Browser, chromium } from './browser.ts';
import { hostile, macro, starOf } from './fixture.ts';

const skip = !existsSync(chromium) && process.env['HUNTBOOK_REQUIRE'] !== '1';
if (skip)
  console.warn(`Trees are not tried in a browser: no Chromium at ${chromium}; set CHROMIUM to its path.`);
const texts = [...payloads, '-->', ']]>', '\ufffe\uffff', 'y'.repeat(32_768)].map((text) =>
  text.replaceAll('BEACON', 'http://127.0.0.1:9/x'),
);

describe.skipIf(skip)('a tree in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.start();
  }, 60_000);
  afterAll(() => browser?.stop());

  const shown = '[...document.querySelectorAll(".row:not([hidden])")].map((row) => row.dataset.n).join(" ")';

  it('notices a page that does run and ask, so that silence means something', async () => {
    await browser.open(
      '<body><script>document.body.dataset.owned=1</script><img src=http://127.0.0.1:9/x></body>',
    );
    expect(await browser.run('document.body.dataset.owned')).toBe('1');
    expect(browser.asked).toHaveLength(2);
  });

  it('is well-formed XML as SVG, whatever the names', async () => {
    await browser.open('<p>empty');
    const check = async (text: string): Promise<string> =>
      browser.run(
        `(new DOMParser().parseFromString(${JSON.stringify(text)}, 'image/svg+xml').querySelector('parsererror') || {}).textContent || ''`,
      );
    expect(await check('<svg xmlns="http://www.w3.org/2000/svg">\u0001</svg>')).toContain('error');
    for (const text of texts) expect(await check(treeSvg(hostile(text)))).toBe('');
    expect(await check(treeSvg(macro))).toBe('');
  }, 60_000);

  it('runs nothing and asks for nothing with hostile names, with the panel open too', async () => {
    for (const text of texts.filter((one) => one.length < 1000)) {
      await browser.open(treeHtml(hostile(text)));
      await browser.run(
        'document.querySelector(".row a").dispatchEvent(new MouseEvent("click", { bubbles: true }))',
      );
      expect(await browser.run('document.querySelector(".panel").hidden')).toBe(false);
      expect(await browser.run('document.body.dataset.owned ?? ""')).toBe('');
      expect(browser.asked.filter((url) => !/^(?:file|data):/.test(url))).toEqual([]);
      expect(browser.troubles).toEqual([]);
    }
  }, 120_000);

  it('opens a process, shows its path, folds, filters, goes to findings, by mouse and by keys', async () => {
    await browser.open(treeHtml(macro));
    expect(browser.troubles).toEqual([]);
    expect(await browser.run(shown)).toBe('0 1 2 3 4 5 6 7 8');
    await browser.click('.row[data-n="6"] tspan.n');
    const panel = await browser.run<string>('document.querySelector(".panel").textContent');
    expect(panel).toContain('Memory of LSASS read by rundll32');
    expect(panel).toContain('203.0.113.78:443');
    expect(
      await browser.run('[...document.querySelectorAll(".row.up")].map((row) => row.dataset.n).join(" ")'),
    ).toBe('0 1 2 3 5 6');
    await browser.press('Escape');
    expect(await browser.run('document.querySelector(".panel").hidden')).toBe(true);

    const place = 'document.querySelector(\'.row[data-n="8"]\').getBoundingClientRect().top';
    const before = await browser.run<number>(place);
    await browser.click('.row[data-n="5"] .toggle');
    expect(await browser.run(shown)).toBe('0 1 2 3 4 5 8');
    expect(await browser.run<number>(place)).toBeLessThan(before - 50);
    expect(await browser.run('document.querySelector(\'.row[data-n="5"] .folded\').textContent')).toContain(
      '2 below',
    );
    await browser.press('n');
    expect(await browser.run('document.querySelector(".panel h2").textContent')).toBe('powershell.exe');
    await browser.press('n');
    expect(await browser.run('document.querySelector(".panel h2").textContent')).toBe('rundll32.exe');
    expect(await browser.run(shown)).toBe('0 1 2 3 4 5 6 7 8');
    await browser.press('Escape');
    await browser.press('ArrowLeft');
    expect(await browser.run(shown)).toBe('0 1 2 3 4 5 6 8');
    await browser.press('ArrowDown');
    await browser.press('Enter');
    expect(await browser.run('document.querySelector(".panel h2").textContent')).toBe('whoami.exe');

    await browser.run(
      '(() => { const f = document.querySelector("input"); f.value = "domain admins"; f.dispatchEvent(new Event("input")); })()',
    );
    await expect.poll(() => browser.run(shown)).toBe('0 1 2 3 5 6 7');
    expect(browser.troubles).toEqual([]);
  }, 60_000);

  it('is complete with scripts off: the picture, and facts and events of every process below it', async () => {
    await browser.open(treeHtml(macro), false);
    expect(await browser.run('getComputedStyle(document.querySelector(".bar-top")).display')).toBe('none');
    expect(
      await browser.run('document.querySelector("#processes").getBoundingClientRect().height'),
    ).toBeGreaterThan(100);
    expect(await browser.run('document.querySelectorAll(".process").length')).toBe(9);
    const text = await browser.run<string>('document.querySelector("#processes").textContent');
    for (const part of ['api.freight-portal.example', 'domain admins', '6b1d6a01-7777'])
      expect(text).toContain(part);
    expect(await browser.run('document.querySelector(".row a").getAttribute("href")')).toBe('#p0');
    expect(browser.troubles).toEqual([]);
  }, 30_000);

  it('of 5,000 processes opens, and folds, in a few seconds', async () => {
    const begin = performance.now();
    await browser.open(treeHtml(starOf(5000, 5000)));
    expect(await browser.run<number>('document.querySelectorAll(".row").length')).toBe(1500);
    expect(await browser.run<string>('document.querySelector(".cut").textContent')).toContain(
      '3,501 more processes',
    );
    await browser.click('.row[data-n="0"] .toggle');
    expect(await browser.run(shown)).toBe('0');
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(browser.troubles).toEqual([]);
  }, 60_000);
});
