import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  csvField,
  escapeHtml,
  escapeMarkdown,
  safeFileName,
  safeUrl,
  scriptJson,
} from '../../src/escape/index.ts';
import { payloads } from '../report/hostile.ts';

/** Any text, with the characters that matter far more often than chance would have them. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(...'<>&"\'`\\=+-@|*_[](){}#!~$:.;,%/?\t\r\n\0\u001b\u202e\u200b\u2028＝a1 '),
  }),
  fc.constantFrom(...payloads),
);

describe('escapeHtml', () => {
  it('leaves nothing that could end a text or an attribute', () => {
    fc.assert(fc.property(text, (value) => !/[<>"'`\0]/.test(escapeHtml(value))));
  });

  it('can be read back', () => {
    const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' };
    const back = (html: string): string => html.replace(/&(#?\w+);/g, (_, name: string) => names[name] ?? '');
    fc.assert(fc.property(text, (value) => back(escapeHtml(value)) === value.replaceAll('\0', '\u2400')));
  });
});

describe('escapeMarkdown', () => {
  it('leaves no punctuation that Markdown acts on without its backslash', () => {
    fc.assert(
      fc.property(text, (value) => {
        const rest = escapeMarkdown(value)
          .replace(/\\[!-/:-@[-`{-~]/g, '')
          .replace(/&(#?\w+);/g, '');
        return !/[\\`*_{}[\]()#+\-.!|<>&$~:@^="'\t\r\n\0\u2028\u2029]/.test(rest);
      }),
    );
  });

  it('can be read back but for line ends and tabs, which become blanks', () => {
    const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#32': ' ' };
    const back = (markdown: string): string =>
      markdown.replace(
        /\\([^])|&(#?\w+);/g,
        (_, char?: string, name?: string) => char ?? names[name ?? ''] ?? '',
      );
    fc.assert(
      fc.property(text, (value) => {
        const plain = value.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ').replaceAll('\0', '\u2400');
        return back(escapeMarkdown(value)) === plain;
      }),
    );
  });

  it.each([
    ['# not a heading', '\\# not a heading'],
    ['a\n- b', 'a \\- b'],
    ['1. one', '1\\. one'],
    ['    code', '&#32;&#32;&#32;&#32;code'],
    ['https://example.test', 'https\\://example\\.test'],
    ['<b onclick=x>', '&lt;b onclick\\=x&gt;'],
  ])('%j', (value, expected) => {
    expect(escapeMarkdown(value)).toBe(expected);
  });
});

describe('csvField', () => {
  it('can be read back by a CSV reader', () => {
    const row = fc.array(text, { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(row, (values) => {
        const line = values.map((value) => csvField(value, { safe: false })).join(',') + '\r\n';
        const rows = parse(line, { record_delimiter: '\r\n' }) as string[][];
        expect(rows).toEqual([values.map((value) => value.toWellFormed())]);
      }),
    );
  });

  it('with `safe` adds an apostrophe to formulas and to nothing else', () => {
    fc.assert(
      fc.property(text, (value) => {
        const [[read]] = parse(`${csvField(value, { safe: true })},x`, { record_delimiter: '\r\n' }) as [
          [string],
        ];
        const kept = value.toWellFormed();
        expect([kept, `'${kept}`]).toContain(read);
        expect(read).not.toMatch(/^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u);
      }),
    );
  });

  it.each(['=1', '+1', '-1', '@a', '\t1', '\r1', '\n1', '＝1', '＋1', '－1', '＠a', ' =1', '\u200b=1', '-'])(
    'defuses %j',
    (value) => {
      expect(csvField(value, { safe: true }).replace(/^"/, '')).toMatch(/^'/);
    },
  );

  it.each(['a=1', 'x', '', '1', "'x", 'C:\\a b', '日本'])('leaves %j alone', (value) => {
    expect(csvField(value, { safe: true })).toBe(value);
  });
});

describe('scriptJson', () => {
  it('keeps the value and holds nothing that ends a script', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          text.map((value) => JSON.stringify({ [value]: [value] })),
        ),
        (json) => {
          const safe = scriptJson(json);
          expect(JSON.parse(safe)).toEqual(JSON.parse(json));
          expect(safe).not.toMatch(/[<>&\u2028\u2029]/);
        },
      ),
    );
  });
});

describe('safeUrl', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' https://example.test',
    'java\tscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '//example.test',
    '/path',
    'https:example.test',
    'https://user@example.test/',
    'https://trusted.test:x@evil.test/',
    'https://a\\@b.test',
    'https://',
    'ht\ntps://example.test',
    'https://a"onclick=x.test',
  ])('refuses %j', (value) => {
    expect(safeUrl(value)).toBeNull();
  });

  it('gives normal form', () => {
    expect(safeUrl('HTTPS://Example.TEST/a b'.replace(' ', '%20'))).toBe('https://example.test/a%20b');
    expect(safeUrl('http://example.test/?q="<x>"')).toBe('http://example.test/?q=%22%3Cx%3E%22');
  });

  it('only ever gives http and https addresses without characters that markup acts on', () => {
    const address = fc.oneof(
      text,
      fc.webUrl(),
      fc.tuple(fc.webUrl(), text).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(address, (value) => {
        const url = safeUrl(value);
        if (url === null) return;
        expect(url).toMatch(/^https?:\/\/[^\s<>"\\]+$/);
        expect(new URL(url).href).toBe(url);
      }),
    );
  });
});

describe('safeFileName', () => {
  it('is one legal name everywhere, whatever comes in', () => {
    fc.assert(
      fc.property(text, (value) => {
        const name = safeFileName(value);
        expect(name).not.toBe('');
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120);
        expect(name).not.toMatch(/[<>:"/\\|?*\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(name).not.toMatch(/^[.\- ]|[. ]$/);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      }),
    );
  });

  it.each([
    ['report.html', 'report.html'],
    ['Suspicious Process: LSASS', 'Suspicious Process_ LSASS'],
    ['../../etc/passwd', '__.._etc_passwd'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['a.txt:stream', 'a.txt_stream'],
    ['', '_'],
    ['...', '_'],
    ['name. . ', 'name'],
    [`${'ä'.repeat(200)}.html`, `${'ä'.repeat(57)}.html`],
  ])('%j becomes %j', (value, expected) => {
    expect(safeFileName(value)).toBe(expected);
  });
});
