/**
 * The Sigma engine outside Node: its door is bundled for browsers, needs nothing of Node, and does in Chromium what it
 * does here. Needs Chromium at /usr/bin/chromium or in the variable CHROMIUM.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { build } from 'tsdown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as sigma from '../../src/sigma/index.ts';
import { ruleText } from '../sigma/support.ts';

const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const found = existsSync(chromium);
if (!found && process.env['HUNTBOOK_REQUIRE'] !== '1') {
  console.warn(`Sigma is not tried in a browser: no Chromium at ${chromium}; set CHROMIUM to its path.`);
}

/** One line for each modifier, with a value it takes. */
const lines: Record<string, string> = {
  contains: 'f|contains: x',
  startswith: 'f|startswith: x',
  endswith: 'f|endswith: x',
  all: 'f|contains|all: [x, y]',
  neq: 'f|neq: x',
  cased: 'f|cased: X',
  fieldref: 'f|fieldref: g',
  expand: 'f|expand: "%users%"',
  base64: 'f|base64: grüße 🦆',
  base64offset: 'f|base64offset|contains: grüße 🦆',
  wide: 'f|wide|base64offset|contains: grüße 🦆',
  utf16le: 'f|utf16le|base64: x',
  utf16be: 'f|utf16be|base64: x',
  utf16: 'f|utf16|base64: x',
  windash: 'f|windash|contains: " -x"',
  re: 'f|re: ^(?P<a>x+)\\d{1,3}$',
  i: 'f|re|i: x',
  ignorecase: 'f|re|ignorecase: x',
  m: 'f|re|m: ^x$',
  multiline: 'f|re|multiline: ^x$',
  s: 'f|re|s: x.y',
  dotall: 'f|re|dotall: x.y',
  cidr: 'f|cidr: [10.0.0.0/8, "2001:db8::/32"]',
  exists: 'f|exists: true',
  gt: 'f|gt: 1',
  gte: 'f|gte: 1.5',
  lt: 'f|lt: 9007199254740993',
  lte: 'f|lte: 1',
  minute: 'f|minute: 1',
  hour: 'f|hour|gte: 1',
  day: 'f|day: 1',
  week: 'f|week: 1',
  month: 'f|month: 1',
  year: 'f|year: 2025',
};
const rules = Object.values(lines).map((line) => ruleText(`sel:\n  ${line}\ncondition: sel`));
const broken = [
  ruleText('sel:\n  a: b\ncondition: sel and other'),
  ruleText('sel:\n  a|nothing: b\ncondition: sel'),
  ruleText('sel:\n  a: 2024-01-01\ncondition: sel'),
  ruleText('sel:\n  a: "b\ncondition: sel'),
  ruleText('sel:\n  - a: {b: [c'),
];

/** Runs where the test runs and in the page: uses nothing but its arguments. */
function exercise(engine: typeof sigma, given: { rules: string[]; broken: string[] }): unknown {
  const parsed = given.rules.map((text) => engine.parseRules(text, 'rule.yml'));
  const failed = given.broken.map((text) => engine.parseRules(text, 'broken.yml'));
  const convertible = engine.parseRules(given.rules.slice(0, 5).join('---\n'), 'rules.yml');
  return {
    rules: parsed.map((result) => result.rules),
    expressions: parsed.map((result) =>
      result.rules.map((rule) =>
        engine.toExpression(engine.fillPlaceholders(rule, { users: ['a', 'b*'] }), 0),
      ),
    ),
    errors: [...parsed, ...failed].flatMap((result) =>
      result.errors.map(({ code, message, position }) => ({ code, message, position })),
    ),
    queries: engine.targets.map(({ name: target }) => [
      target,
      engine.convert(convertible, { target }).conversions.map(({ queries, error }) => [queries, error?.code]),
    ]),
  };
}

describe('the Sigma engine, bundled for browsers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-browser-'));
  let code: string;

  beforeAll(async () => {
    await build({
      config: false,
      logLevel: 'error',
      cwd: path.resolve(import.meta.dirname, '../..'),
      entry: { sigma: 'src/sigma/index.ts' },
      outDir: folder,
      clean: false,
      format: 'iife',
      globalName: 'sigma',
      platform: 'browser',
      target: 'es2022',
      dts: false,
      deps: { alwaysBundle: [/./] },
    });
    code = readFileSync(path.join(folder, 'sigma.iife.js'), 'utf8');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const expected = (): unknown => JSON.parse(JSON.stringify(exercise(sigma, { rules, broken })));

  it('has a line for each modifier', () => {
    expect(Object.keys(lines).sort()).toEqual([...sigma.modifierNames].sort());
  });

  it('asks for no module of Node', () => {
    expect(code).not.toMatch(/["']node:|\brequire\(|\bimport\s*\(|^import\b/m);
  });

  it('runs where there is neither Node nor a page', () => {
    const bare = vm.createContext({ TextEncoder, TextDecoder, btoa, atob, URL });
    const result = vm.runInContext(
      `${code};JSON.stringify((${exercise})(sigma, ${JSON.stringify({ rules, broken })}))`,
      bare,
    ) as string;
    expect(JSON.parse(result)).toEqual(expected());
  });

  it.skipIf(!found && process.env['HUNTBOOK_REQUIRE'] !== '1')(
    'parses, refuses and converts in Chromium as it does here, without a word on the console (skipped without Chromium)',
    async () => {
      writeFileSync(
        path.join(folder, 'page.js'),
        `const said = [];
for (const name of ['error', 'warn', 'log', 'debug', 'info']) console[name] = (...words) => said.push(String(words));
addEventListener('error', (event) => said.push(event.message));
addEventListener('unhandledrejection', (event) => said.push(String(event.reason)));
addEventListener('load', () => {
  const result = (${exercise})(sigma, ${JSON.stringify({ rules, broken })});
  document.querySelector('pre').textContent = encodeURIComponent(JSON.stringify({ said, result }));
});`,
      );
      writeFileSync(
        path.join(folder, 'page.html'),
        '<!doctype html><meta charset=utf-8><pre></pre><script src=page.js></script><script src=sigma.iife.js></script>',
      );
      const page = await dump(path.join(folder, 'page.html'));
      const text = /<pre>([^<]*)<\/pre>/.exec(page)?.[1] ?? '';
      expect(JSON.parse(decodeURIComponent(text))).toEqual({ said: [], result: expected() });
    },
  );

  async function dump(file: string): Promise<string> {
    const profile = mkdtempSync(path.join(folder, 'profile-'));
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
