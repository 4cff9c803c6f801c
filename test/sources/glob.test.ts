import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandBraces, parseGlob } from '../../src/sources/glob.ts';

function matches(pattern: string, path: string): boolean {
  return parseGlob(pattern, false).some((glob) => {
    const base = glob.base === '.' ? '' : `${glob.base}/`;
    if (!path.startsWith(base)) return false;
    let states: readonly number[] = glob.start;
    for (const name of path.slice(base.length).split('/')) states = glob.step(states, name);
    return glob.accepts(states);
  });
}

describe('globs', () => {
  it.each([
    ['*.evtx', 'a.evtx', true],
    ['*.evtx', 'a.evtx.bak', false],
    ['*.evtx', 'x/a.evtx', false],
    ['**/*.evtx', 'a.evtx', true],
    ['**/*.evtx', 'x/y/a.evtx', true],
    ['logs/**', 'logs/x/y', true],
    ['logs/**/s?.json', 'logs/a/b/s1.json', true],
    ['logs/**/s?.json', 'logs/s12.json', false],
    ['logs/{a,b}/*.json', 'logs/b/1.json', true],
    ['logs/{a,b}/*.json', 'logs/c/1.json', false],
    ['{a,b{1,2}}.x', 'b2.x', true],
    ['[a-c]1', 'b1', true],
    ['[!a-c]1', 'b1', false],
    ['[!a-c]1', 'd1', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['*', '.hidden', false],
    ['.*', '.hidden', true],
    ['**/x', '.git/x', false],
    ['a+(b).json', 'a+(b).json', true],
    ['/var/*/x', '/var/log/x', true],
  ])('%s against %s is %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('keeps the folders before the first wildcard as the base', () => {
    expect(parseGlob('a/b/*.x', false)[0]?.base).toBe('a/b');
    expect(parseGlob('/a/b*/c', false)[0]?.base).toBe('/a');
    expect(parseGlob('*.x', false)[0]?.base).toBe('.');
    expect(parseGlob('C:\\logs\\*.evtx', true)[0]?.base).toBe('C:/logs');
  });

  it('leaves braces alone that hold no choice', () => {
    expect(expandBraces('{3F2504E0}.evtx')).toEqual(['{3F2504E0}.evtx']);
    expect(expandBraces('a{,b}')).toEqual(['a', 'ab']);
    expect(expandBraces('{a')).toEqual(['{a']);
  });

  it('does not explode on nested braces', () => {
    expect(expandBraces('{a,b}'.repeat(40)).length).toBeLessThan(3000);
  });

  it('matches every name that is spelled out', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((text) => !/[/\\]/.test(text) && text !== '.');
    fc.assert(
      fc.property(name, (text) => {
        const quoted = text.replace(/[*?[\]{},]/g, '\\$&');
        // Braces are expanded before escapes are read, so names with braces are left to literal paths.
        fc.pre(!/[{}]/.test(text));
        expect(matches(`x/${quoted}`, `x/${text}`)).toBe(true);
      }),
    );
  });
});
