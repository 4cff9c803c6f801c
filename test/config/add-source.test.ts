import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { addSourceText } from '../../src/config/index.ts';
import { HuntbookError } from '../../src/errors.ts';

const files = { kind: 'files', paths: ['./evidence'] };
const add = (text: string, name = 'new', entry: Record<string, unknown> = files): Promise<string> =>
  addSourceText(text, 'huntbook.yaml', name, entry);
const made = '  new:\n    kind: files\n    paths:\n      - ./evidence\n';

describe('a source is added', () => {
  test.each([
    ['to an empty file', '', `sources:\n${made}`],
    ['to a file of comments', '# mine', `# mine\nsources:\n${made}`],
    ['below an empty key', 'sources:\n', `sources:\n${made}`],
    [
      'behind the others, with their comments and order',
      '# a\nsources:\n  b: {kind: files, paths: x} # why\n\n# end\n',
      `# a\nsources:\n  b: {kind: files, paths: x} # why\n${made}\n# end\n`,
    ],
    [
      'with the indentation of the others',
      'sources:\n    b:\n        kind: files\n        paths: [x]\n',
      `sources:\n    b:\n        kind: files\n        paths: [x]\n${made.replaceAll(/^ {2}/gm, '    ')}`,
    ],
    [
      'to a file without a line break at its end',
      'sources:\n  b: {kind: files, paths: x}',
      `sources:\n  b: {kind: files, paths: x}\n${made}`,
    ],
  ])('%s', async (_, before, after) => {
    expect(await add(before)).toBe(after);
  });

  test('to a file with line ends of Windows', async () => {
    expect(await add('sources:\r\n  b: {kind: files, paths: x}\r\n')).toBe(
      `sources:\r\n  b: {kind: files, paths: x}\r\n${made.replaceAll('\n', '\r\n')}`,
    );
  });

  test('whatever its values hold, they are read back as they were, and all before is kept', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.isWellFormed());
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { minLength: 1 }), async (description, paths) => {
        const before = 'sources:\n  b: {kind: files, paths: x} # why\n';
        const after = await add(before, 'new', { kind: 'files', description, paths });
        expect(after.startsWith(before)).toBe(true);
        const read = load(after) as { sources: Record<string, unknown> };
        expect(read.sources).toEqual({
          b: { kind: 'files', paths: 'x' },
          new: { kind: 'files', description, paths },
        });
      }),
    );
  });
});

describe('nothing is written', () => {
  test.each<[string, () => Promise<string>, string]>([
    ['when the name is taken', () => add('sources:\n  new: {kind: files, paths: x}\n'), 'HB_EXISTS'],
    ['when the sources stand on one line', () => add('sources: {b: {kind: files, paths: x}}\n'), 'HB_CONFIG'],
    ['when the file is none of ours', () => add('- a\n- b\n'), 'HB_CONFIG'],
    ['when the entry is not whole', () => add('', 'new', { kind: 'files' }), 'HB_USAGE'],
    [
      'when a secret is written out',
      () => add('', 'new', { kind: 'splunk', url: 'https://x', token: 'abc' }),
      'HB_SECRET',
    ],
    ['when the name is no name', () => add('', 'a b'), 'HB_USAGE'],
  ])('%s', async (_, work, code) => {
    const error = await work().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HuntbookError);
    expect((error as HuntbookError).code).toBe(code);
    expect((error as HuntbookError).message).not.toContain('abc');
  });
});
