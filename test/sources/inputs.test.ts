import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HuntbookError } from '../../src/errors.ts';
import { FileInput, readBlocks } from '../../src/sources/file-input.ts';
import { listInputs, type SourceIssue } from '../../src/sources/index.ts';
import { temporaryFolder } from './support/read.ts';

const root = temporaryFolder();
let made = 0;

function folder(files: Record<string, string>): string {
  const base = join(root, String(made++));
  mkdirSync(base);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(base, name, '..'), { recursive: true });
    writeFileSync(join(base, name), text);
  }
  return base;
}

function list(paths: string[], base: string): { names: string[]; bytes: number; issues: SourceIssue[] } {
  const issues: SourceIssue[] = [];
  const { inputs, totalBytes } = listInputs(paths, { onIssue: (issue) => issues.push(issue) });
  return { names: inputs.map(({ input }) => relative(base, input.name)), bytes: totalBytes, issues };
}

describe('listing inputs', () => {
  it('walks folders in the order of names and adds up the sizes', () => {
    const base = folder({
      'b.json': '22',
      'a/z.json': '1',
      'a/b/c.json': '333',
      'C.json': '4444',
      'a.json': '',
    });
    const { names, bytes } = list([base], base);
    expect(names).toEqual(['C.json', 'a/b/c.json', 'a/z.json', 'a.json', 'b.json']);
    expect(bytes).toBe(10);
  });

  it('does not enter folders that start with a dot, nor take what systems leave behind', () => {
    const base = folder({
      '.git/x': '1',
      'a/.cache/y': '1',
      '.hidden.json': '1',
      '._a.json': '1',
      '.DS_Store': '1',
    });
    expect(list([base], base).names).toEqual(['.hidden.json']);
    expect(list([join(base, '.git')], base).names).toEqual(['.git/x']);
  });

  it('follows links, survives circles of links, and takes each file once', () => {
    const base = folder({ 'a/1.json': '1', 'b/2.json': '2' });
    symlinkSync(join(base, 'b'), join(base, 'a/to-b'));
    symlinkSync(join(base, 'a'), join(base, 'b/to-a'));
    symlinkSync(join(base, 'a/1.json'), join(base, 'z.json'));
    expect(list([base], base).names).toEqual(['a/1.json', 'a/to-b/2.json']);
    expect(list([join(base, '**/*.json')], base).names).toEqual(['a/1.json', 'a/to-b/2.json']);
  });

  it('reports links that lead nowhere and goes on', () => {
    const base = folder({ '1.json': '1', '3.json': '3' });
    symlinkSync(join(base, 'nothing'), join(base, '2.json'));
    const { names, issues } = list([base], base);
    expect(names).toEqual(['1.json', '3.json']);
    expect(issues).toMatchObject([{ code: 'HB_READ', source: join(base, '2.json') }]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'reports folders that may not be read and goes on (not as root)',
    () => {
      const base = folder({ 'a/1.json': '1', 'b/2.json': '2' });
      execFileSync('chmod', ['000', join(base, 'a')]);
      const { names, issues } = list([base], base);
      execFileSync('chmod', ['700', join(base, 'a')]);
      expect(names).toEqual(['b/2.json']);
      expect(issues).toMatchObject([{ code: 'HB_READ', source: join(base, 'a') }]);
    },
  );

  it.skipIf(process.platform === 'win32')('passes over pipes in folders, with a word', () => {
    const base = folder({ '1.json': '1' });
    execFileSync('mkfifo', [join(base, '0.pipe')]);
    const { names, issues } = list([base], base);
    expect(names).toEqual(['1.json']);
    expect(issues).toMatchObject([{ code: 'HB_READ', message: 'not a regular file; skipped' }]);
  });

  it.skipIf(process.platform === 'win32')('reads a pipe that was named', async () => {
    const base = folder({});
    const path = join(base, 'pipe');
    execFileSync('mkfifo', [path]);
    execFileSync('sh', ['-c', `printf hello > '${path}' &`], { stdio: 'ignore' });
    const { inputs } = listInputs([path], { onIssue: () => {} });
    const blocks: string[] = [];
    for await (const block of inputs[0]!.input.stream()) blocks.push(Buffer.from(block).toString());
    expect(blocks.join('')).toBe('hello');
  });

  it('expands globs, with folders that match taken whole', () => {
    const base = folder({
      'x1/a.json': '1',
      'x1/b.evtx': '1',
      'x2/c.json': '1',
      'y/d.json': '1',
      'e.json': '1',
    });
    expect(list([join(base, '*/*.json')], base).names).toEqual(['x1/a.json', 'x2/c.json', 'y/d.json']);
    expect(list([join(base, 'x*')], base).names).toEqual(['x1/a.json', 'x1/b.evtx', 'x2/c.json']);
    expect(list([join(base, '**/*.{evtx,json}')], base).names).toHaveLength(5);
    expect(list([join(base, '{y,x2}/*')], base).names).toEqual(['y/d.json', 'x2/c.json']);
  });

  it('prefers a file whose name looks like a glob', () => {
    const base = folder({ '[1].json': '1', '1.json': '1' });
    expect(list([join(base, '[1].json')], base).names).toEqual(['[1].json']);
  });

  it('takes a file once however often it is given', () => {
    const base = folder({ '1.json': '1' });
    const file = join(base, '1.json');
    expect(list([file, base, file, join(base, '*')], base).names).toEqual(['1.json']);
  });

  it('remembers which inputs were named and which were found', () => {
    const base = folder({ '1.json': '1', 'x/2.json': '1' });
    const { inputs } = listInputs([join(base, '1.json'), join(base, 'x')], { onIssue: () => {} });
    expect(inputs.map(({ named }) => named)).toEqual([true, false]);
  });

  it.each(['nothing.json', '*.nothing'])('throws HB_NOT_FOUND for %s, naming it', (name) => {
    const path = join(folder({}), name);
    expect(() => listInputs([path], { onIssue: () => {} })).toThrow(
      expect.objectContaining({
        code: 'HB_NOT_FOUND',
        message: expect.stringContaining(path),
      }) as HuntbookError,
    );
  });

  it('reads standard input for -', async () => {
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('hello');
    }
    const { inputs } = listInputs(['-', '-'], { onIssue: () => {}, stdin: stdin() });
    expect(inputs).toHaveLength(1);
    const blocks: string[] = [];
    for await (const block of inputs[0]!.input.stream()) blocks.push(Buffer.from(block).toString());
    expect(blocks).toEqual(['hello']);
  });
});

describe('reading files', () => {
  it.each([0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3_500_000])(
    'gives all %i bytes',
    async (size) => {
      const bytes = Buffer.alloc(size);
      for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 11)) & 255;
      const path = join(folder({}), 'file');
      writeFileSync(path, bytes);
      const blocks: Buffer[] = [];
      for await (const block of readBlocks(path)) blocks.push(Buffer.from(block));
      expect(Buffer.concat(blocks).equals(bytes)).toBe(true);
    },
  );

  it('closes the file when the consumer stops early', async () => {
    const path = join(folder({ big: 'x'.repeat(3_000_000) }), 'big');
    for (let n = 0; n < 50; n++) {
      for await (const block of readBlocks(path)) {
        expect(block[0]).toBe(0x78);
        break;
      }
    }
  });

  it('names the file that has gone away', async () => {
    const input = new FileInput('shown', join(root, 'gone'), 3);
    const reading = (async () => {
      for await (const _ of input.stream());
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'HB_READ',
      message: expect.stringContaining('shown'),
    });
  });
});
