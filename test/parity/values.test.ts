import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../src/sigma/convert.ts';
import { parseRules } from '../../src/sigma/index.ts';
import { openPostgres, programs } from './postgres.ts';
import { openDuckdb, openSqlite, type Engine } from './engines.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 2000 : 60;

/** Any characters, many of them with a meaning somewhere in SQL, LIKE, GLOB or Sigma. */
const special = fc.constantFrom(
  ...`'"\`\\%_*?[]{}()^$.|-;:#@&<>=!~/+, \n\r\t`,
  '--',
  '/*',
  "''",
  '\\\\',
  '😀',
  'é',
  '漢',
);
const value = fc
  .array(fc.oneof({ weight: 3, arbitrary: special }, fc.string({ unit: 'binary', maxLength: 3 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join('').replaceAll('\0', ''))
  .filter((text) => text !== '');

/** Texts close to a value: one character less, more, or other; a wildcard in its place. */
function nearMisses(text: string): string[] {
  const chars = [...text];
  const misses = [
    ...chars.map((_, at) => chars.toSpliced(at, 1).join('')),
    ...chars.map((_, at) => chars.toSpliced(at, 1, 'q').join('')),
    ...chars.map((_, at) => chars.toSpliced(at, 0, 'q').join('')),
    `${text}q`,
    text.replaceAll('\\', ''),
    text.replaceAll("'", "''"),
    text.replaceAll('\\', '\\\\'),
    text.replaceAll(/[%*]/g, 'abc'),
    text.replaceAll(/[_?]/g, 'x'),
    text.replaceAll('[', ''),
    ' ',
    '',
  ];
  return [...new Set(misses)].filter((miss) => fold(miss) !== fold(text));
}

const fold = (text: string): string => text.toLowerCase();

function conditionOf(engine: Engine['name'], key: string, text: string): string {
  const literal = text.replaceAll(/[\\*?]/g, '\\$&');
  const rule = {
    title: 't',
    logsource: { category: 'x' },
    detection: { s: { [key]: literal }, condition: 's' },
  };
  const { rules, errors } = parseRules(JSON.stringify(rule), 'value.yml');
  expect(errors).toEqual([]);
  const [conversion] = convert({ rules, correlations: [] }, { target: engine, pipelines: [] }).conversions;
  if (conversion?.error) throw conversion.error;
  return String(conversion?.queries[0]).replace(/^.*? WHERE /s, '');
}

describe('a value with any characters', () => {
  const engines: Engine[] = [];
  beforeAll(async () => {
    engines.push(openSqlite(['A'], []), await openDuckdb(['A'], []));
    if (programs !== null) engines.push(await openPostgres(['A']));
  });
  afterAll(() => {
    for (const engine of engines) engine.close();
  });

  async function found(
    engine: Engine,
    key: string,
    text: string,
    texts: readonly string[],
  ): Promise<string[]> {
    await engine.replace(texts.map((one) => [one]));
    const [answer] = await engine.search([conditionOf(engine.name, key, text)]);
    if (typeof answer !== 'object') throw new Error(answer);
    return [...answer].toSorted((a, b) => a - b).map((row) => texts[row] as string);
  }

  it.each([
    ['A', (text: string, other: string) => fold(other) === fold(text)],
    ['A|cased', (text: string, other: string) => other === text],
    ['A|contains', (text: string, other: string) => fold(other).includes(fold(text))],
    ['A|contains|cased', (text: string, other: string) => other.includes(text)],
    ['A|startswith', (text: string, other: string) => fold(other).startsWith(fold(text))],
    ['A|endswith|cased', (text: string, other: string) => other.endsWith(text)],
  ] as const)('finds itself only with %s', { timeout: 300_000 }, async (key, means) => {
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        const texts = [text, `xx${text}yy`, ...nearMisses(text)];
        const wanted = texts.filter((other) => means(text, other));
        for (const engine of engines)
          expect(await found(engine, key, text, texts), engine.name).toEqual(wanted);
      }),
      { numRuns: runs },
    );
  });
});
