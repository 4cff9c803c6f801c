/** The examples of docs/library.md are complete programs: they type-check, and run to their end. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLab } from '../../src/lab/index.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const work = mkdtempSync(path.join(tmpdir(), 'huntbook-docs-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const page = readFileSync(path.join(root, 'docs/library.md'), 'utf8');
const examples = [...page.matchAll(/^## (.+)$|^```ts\n([\s\S]*?)^```$/gm)].reduce<
  { name: string; code: string }[]
>((found, [, heading, code]) => {
  if (heading !== undefined) return [...found, { name: heading, code: '' }];
  const last = found.at(-1) as { name: string; code: string };
  return last.code === ''
    ? [...found.slice(0, -1), { ...last, code: code as string }]
    : [...found, { name: `${last.name}, continued`, code: code as string }];
}, []);

/** Entry points that are not named as their folder. */
const folders: Readonly<Record<string, string>> = { frame: 'store' };
const source = (subject: string | undefined): string =>
  path.join(root, 'src', subject === undefined ? 'index.ts' : `${folders[subject] ?? subject}/index.ts`);
const onSource = (code: string): string =>
  code.replaceAll(
    /from 'huntbook(?:\/(\w+))?'/g,
    (_, subject: string | undefined) => `from '${source(subject)}'`,
  );
const fileOf = (index: number): string => path.join(work, `example-${index}.ts`);

beforeAll(async () => {
  writeFileSync(path.join(work, 'package.json'), '{ "type": "module" }');
  for (const [index, { code }] of examples.entries()) writeFileSync(fileOf(index), onSource(code));
  const estate = await writeLab({ out: path.join(work, 'made'), hosts: 3, events: 2000, formats: ['evtx'] });
  mkdirSync(path.join(work, 'logs'));
  cpSync(estate.eventsFolder, path.join(work, 'logs'), { recursive: true });
  cpSync(path.join(root, 'hunts'), path.join(work, 'rules'), { recursive: true });
});

describe('the examples of docs/library.md', () => {
  it('stand under every heading', () => {
    expect(examples.length).toBeGreaterThan(8);
    expect(examples.filter(({ code }) => code === '')).toEqual([]);
  });

  it('import only what the package exports', () => {
    const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      exports: object;
    };
    const known = Object.keys(exports).map((key) => path.posix.join('huntbook', key));
    const named = [...page.matchAll(/from '(huntbook[^']*)'/g)].map(([, name]) => name);
    expect(named.filter((name) => !known.includes(name as string))).toEqual([]);
  });

  it('type-check as strictly as the sources', async () => {
    const config = path.join(work, 'tsconfig.json');
    const options = { typeRoots: [path.join(root, 'node_modules/@types')] };
    writeFileSync(
      config,
      JSON.stringify({
        extends: path.join(root, 'tsconfig.json'),
        compilerOptions: options,
        include: ['example-*.ts'],
      }),
    );
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const result = await run(process.execPath, [tsc, '-p', config]).catch(
      (error: { stdout: string }) => error,
    );
    expect(result.stdout).toBe('');
  });

  it.each(examples.map(({ name }, index) => ({ name, index })))('run: $name', async ({ index }) => {
    const { stdout, stderr } = await run(process.execPath, [fileOf(index)], {
      cwd: work,
      timeout: 60_000,
      env: { ...process.env, HUNTBOOK_CACHE: path.join(work, 'cache') },
    });
    expect(stdout.length + stderr.length).toBeGreaterThan(0);
  });
});
