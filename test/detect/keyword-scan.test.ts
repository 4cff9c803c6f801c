import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAtom } from '../../src/detect/atoms.ts';
import { compileAtom } from '../../src/detect/atoms.ts';
import { DisguiseScan, KeywordScan } from '../../src/detect/keyword-scan.ts';
import { EventBatch } from '../../src/events/index.ts';

const reader = {
  decode: () => null,
  event: () => {
    throw new Error('not needed');
  },
  position: () => 1,
};

function batchOf(bytes: Uint8Array, rawText: 'json' | 'utf16le'): EventBatch {
  const batch = new EventBatch('test', reader);
  batch.bytes = bytes;
  batch.rawText = rawText;
  batch.endRow(0, bytes.length);
  return batch;
}

const keyword = fc.constantFrom(
  'mimikatz',
  'sekurlsa::',
  ' p::d ',
  'C:\\Temp\\',
  'say "x"',
  'kiwi',
  '4688',
  '0x1f',
  'true',
  'naïve',
  'évil',
  'a/b',
  'tab\there',
);
const noise = fc.constantFrom(
  'mimi',
  'katz',
  '\\',
  '"',
  ' ',
  'K',
  'İ',
  'ſ',
  '/',
  'é',
  '4688',
  '\n',
  '<',
  'x',
);
const mangle = fc.constantFrom(
  (s: string) => s,
  (s: string) => s.toUpperCase(),
  (s: string) => s.replaceAll('k', 'K').replace(/i$/, 'İ'),
);

function mayMatch(scan: KeywordScan, batch: EventBatch): boolean {
  const disguises = new DisguiseScan();
  disguises.startBatch(batch);
  return disguises.inRow(batch, 0) || scan.mayMatch(batch, 0);
}

describe('the search for keywords in raw rows', () => {
  it('never passes over a row whose text holds one', () => {
    fc.assert(
      fc.property(
        fc.array(keyword, { minLength: 1, maxLength: 3 }),
        keyword,
        mangle,
        fc.array(noise, { maxLength: 4 }),
        fc.array(noise, { maxLength: 4 }),
        fc.boolean(),
        fc.nat(3),
        (wanted, hidden, how, before, after, escape, shift) => {
          const atoms = wanted.map((text) => makeAtom(null, { kind: 'string', parts: [text], cased: false }));
          const value = before.join('') + how(hidden) + after.join('');
          const holds = atoms.some((atom) => compileAtom(atom)(value));
          if (!holds) return;
          const scan = new KeywordScan(atoms);
          let json = JSON.stringify({ a: 1, text: value });
          if (escape)
            json = json.replace(/[a-z]/g, (c, at: number) =>
              at > 12 && at % 3 === 0 ? `\\u00${c.charCodeAt(0).toString(16)}` : c,
            );
          expect(mayMatch(scan, batchOf(Buffer.from(json), 'json'))).toBe(true);
          const utf16 = Buffer.concat([
            Buffer.alloc(shift, 7),
            Buffer.from(value, 'utf16le'),
            Buffer.alloc(3),
          ]);
          expect(mayMatch(scan, batchOf(utf16, 'utf16le'))).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('passes over rows without them', () => {
    const scan = new KeywordScan([makeAtom(null, { kind: 'string', parts: ['mimikatz'], cased: false })]);
    expect(mayMatch(scan, batchOf(Buffer.from('{"a":"nothing to see"}'), 'json'))).toBe(false);
    expect(mayMatch(scan, batchOf(Buffer.from('nothing to see', 'utf16le'), 'utf16le'))).toBe(false);
  });
});
