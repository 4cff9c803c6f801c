/** Names and command lines that attack what shows them stay text in every picture. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotString, escapeXml, mermaidString, terminalText } from '../../../src/escape/index.ts';
import {
  treeDot,
  treeHtml,
  treeJson,
  treeMermaid,
  treeNdjson,
  treeSvg,
  treeText,
} from '../../../src/report/index.ts';
import { payloads } from '../hostile.ts';
import { hostile } from './fixture.ts';

const more = [
  '-->',
  '--> n1["x"]',
  '"]:::x',
  'end',
  '%%{init: {}}%%',
  '#quot;',
  '\\',
  'a\\',
  '\\N\\G\\l',
  '"; x [',
  '];',
  '`md`',
];
const texts = [...payloads, ...more, '\ufffe\uffff\u0001', 'y'.repeat(32_768), 'host\\image.exe'];
/** Everything that a terminal acts on or that reorders or hides text, but the line end. */
const dangerous = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const any = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'<>&"\'`\\#;[](){}|-=%:a1 \n\r\t\0\u001b\u202e\ud800\ufffe😀') }),
  fc.constantFrom(...texts),
);

describe('escapes', () => {
  it('of XML leave no markup and nothing that XML cannot hold, and can be read back', () => {
    fc.assert(
      fc.property(any, (text) => {
        const made = escapeXml(text);
        const back = made.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
        const held = text.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd');
        return !/[<>"'`]|(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]|&(?!#\d+;)/u.test(made) && back === held;
      }),
    );
  });

  it('of DOT are one quoted string without escapes of labels', () => {
    fc.assert(fc.property(any, (text) => /^"(?:[^"\\&\0\r\n]|\\["\\n]|&amp;)*"$/u.test(dotString(text))));
  });

  it('of Mermaid are one quoted text of plain signs and codes, and can be read back', () => {
    fc.assert(
      fc.property(any, (text) => {
        const made = mermaidString(text);
        if (!/^"(?:[A-Za-z0-9 ._,()]|#\d+;)*"$/.test(made)) return false;
        const back = made
          .slice(1, -1)
          .replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
        return (
          back ===
          text
            .toWellFormed()
            .replace(/\r\n|[\t\n\r\u2028\u2029]/g, ' ')
            .replaceAll('\0', '\u2400')
        );
      }),
    );
  });
});

describe('hostile text in every slot of a tree', () => {
  it('cannot reach the terminal nor make a line of its own', () => {
    const lines = treeText(hostile('x'), { width: 100 }).split('\n').length;
    for (const text of texts) {
      const made = treeText(hostile(text), { width: 100 });
      expect(made).not.toMatch(dangerous);
      expect(made.split('\n')).toHaveLength(lines);
    }
  });

  it('comes back unchanged from JSON and NDJSON', () => {
    for (const text of texts) {
      const { data } = JSON.parse(treeJson(hostile(text))) as { data: { image: string }[] };
      expect(data.map(({ image }) => image)).toEqual([text, text]);
      const lines = treeNdjson(hostile(text)).trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { commandLine: string }).commandLine)).toEqual([
        text,
        text,
      ]);
    }
  });

  it('adds no element and no attribute to the drawing nor to the page', () => {
    for (const draw of [treeSvg, treeHtml]) {
      const expected = tagsOf(draw(hostile('x')));
      for (const text of texts) {
        const made = draw(hostile(text));
        expect(tagsOf(made)).toEqual(expected);
        expect(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/u.test(made)).toBe(false);
        // HTML holds these; XML must not.
        expect(draw === treeSvg && /[\ufffe\uffff]/.test(made)).toBe(false);
      }
    }
    expect(treeSvg(hostile('a\u202eb'))).toContain('a\\u{202e}b');
  });

  it('gives DOT and Mermaid of the statements of a harmless tree', () => {
    const string = String.raw`"(?:[^"\\\n]|\\["\\n])*"`;
    const attribute = String.raw`\w+=(?:${string}|[\w.]+)`;
    const statement = String.raw`  (?:\w+ \[${attribute}(?:, ${attribute})*\]|n\d+ -> n\d+(?: \[${attribute}\])?|label=${string});`;
    const mermaid =
      /^(?:flowchart LR| {2}(?:n\d+\["[^"[\]{}|`]*"\]|n\d+ -\.?->(?:\|"\d+ left out"\|)? n\d+|n\d+ --> n\d+|class \w+ \w+|note\d+\["[^"[\]{}|`]*"\]|classDef [\w #:,-]+))$/;
    for (const text of texts) {
      const dot = treeDot(hostile(text)).trimEnd().split('\n');
      expect([dot[0], dot.at(-1)]).toEqual(['digraph processes {', '}']);
      for (const line of dot.slice(1, -1)) expect(line).toMatch(new RegExp(`^${statement}$`));
      const lines = treeMermaid(hostile(text)).trimEnd().split('\n');
      for (const line of lines) expect(line).toMatch(mermaid);
      expect(lines).toHaveLength(treeMermaid(hostile('x')).trimEnd().split('\n').length);
    }
  });

  it('does not push out what else there is to know of a process', () => {
    const made = treeSvg(hostile('y'.repeat(500)));
    for (const part of ['  not seen', '  +1 child not shown', '>  1<']) expect(made).toContain(part);
  });

  it('is shown, visible and whole, beside the picture', () => {
    expect(treeHtml(hostile('invoice\u202egpj.exe'))).toContain('invoice\\u{202e}gpj.exe');
    expect(terminalText('\u202e')).toBe('\\u{202e}');
    expect(treeHtml(hostile('y'.repeat(32_768)))).toContain('… (24,768 more characters)');
  });
});

/** The elements with the names of their attributes, in order, without pieces of a line: long names push some out. */
function tagsOf(page: string): string[] {
  const body = page.replace(/<style>[^]*?<\/style>|<script>[^]*?<\/script>/g, '');
  return [...body.matchAll(/<(?!\/?tspan)[^>]*>/g)].map(([tag]) =>
    tag.replace(/"[^"]*"/g, '""').replace(/\s+/g, ' '),
  );
}
