/** The SQL targets: golden texts, the reference's texts, and literals that no value leaves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinPipelineNames } from '../../../src/sigma/pipeline/builtin/index.ts';
import { shared, sharedPath } from '../../support/data.ts';
import { deviations as clickhouse } from './deviations/clickhouse.ts';
import { deviations as databricks } from './deviations/databricks.ts';
import { deviations as sqlite } from './deviations/sqlite.ts';
import { golden, written } from './golden.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');
const known = new Set(builtinPipelineNames());
const lists = { sqlite, databricks, clickhouse } as const;

describe.each(['sqlite', 'duckdb', 'postgres', 'clickhouse', 'databricks'])('%s', (target) => {
  it('writes the cases as its golden file has them', () => {
    const { made, stored } = golden(target);
    expect(made).toBe(stored);
  });
});

describe('SQL', () => {
  it.skipIf(missing).each(
    (
      [
        ['sqlite__none', 'sqlite', '', 0.99],
        ['sqlite__sysmon+windows-logsources', 'sqlite', 'sysmon+windows-logsources', 0.99],
        ['sqlite__windows-audit+windows-logsources', 'sqlite', 'windows-audit+windows-logsources', 0.99],
        ['extra/sqlite211_pysigma2__none', 'sqlite', '', 0.97],
        ['extra/databricks__none', 'databricks', '', 0.97],
        ['extra/databricks__snake_case', 'databricks', 'snake_case', 0.97],
        ['extra/clickhouse__clickhouse_clicksiem', 'clickhouse', 'clickhouse_clicksiem', 0.97],
      ] as const
    ).filter(([, , pipelines]) => pipelines === '' || pipelines.split('+').every((name) => known.has(name))),
  )(`agrees with %s, or says why not${note}`, (file, target, pipelines, bar) => {
    const result = compareOracle(
      shared,
      { file, target, pipelines: pipelines === '' ? [] : pipelines.split('+') },
      lists[target],
    );
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(bar);
  });

  it.skipIf(missing).each(['sqlite', 'databricks'] as const)(
    `%s agrees on the micro-cases, or says why not${note}`,
    (target) => {
      expect(compareMicro(shared, `${target}|none|default`, target, lists[target]).different).toEqual([]);
    },
  );

  /** Names and literals of a query, read back. */
  it.each([
    ['sqlite', { quote: '`', backslash: false, nul: false }],
    ['duckdb', { quote: '"', backslash: false, nul: true }],
    ['postgres', { quote: '"', backslash: false, nul: false }],
    ['clickhouse', { quote: '`', backslash: true, nul: true }],
    ['databricks', { quote: '`', backslash: true, nul: true }],
  ] as const)('%s keeps every value and name within its literal', (target, { quote, backslash, nul }) => {
    const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((one) => nul || !one.includes('\0'));
    fc.assert(
      fc.property(text, fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), (value, name) => {
        const field = `${name.replaceAll(/[|\0]/g, '')}~`;
        const query = written(target, ruleOf(`${field}|cased`, value));
        expect(query).not.toMatch(/^ERROR/);
        const tokens = tokensOf(query, quote, backslash);
        expect(tokens.names[0]).toBe(field);
        expect(tokens.text).toBe(likeOrGlob(target, query, value));
        expect(tokens.rest.replaceAll(/chr\(0\)/g, '')).toMatch(
          /^[A-Za-z* =().:_]*(?:GLOB|LIKE|=)?[ A-Z:'|()]*$/,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('refuses text that a database cannot hold', () => {
    for (const target of ['sqlite', 'postgres'])
      expect(written(target, ruleOf('A', 'a\0b'))).toMatch(
        /cannot express text that holds the character NUL/,
      );
  });
});

/** A value is literal in a rule when its wildcards and backslashes are escaped. */
function ruleOf(key: string, value: string): string {
  const literal = value.replaceAll(/[\\*?]/g, '\\$&');
  return JSON.stringify({
    title: 't',
    logsource: { category: 'x' },
    detection: { s: { [key]: literal }, condition: 's' },
  });
}

/** What stands in literals and names, and what is left of the query without them. */
function tokensOf(
  query: string,
  quote: string,
  backslash: boolean,
): { names: string[]; text: string; rest: string } {
  const names: string[] = [];
  let text = '';
  let rest = '';
  for (let at = 0; at < query.length;) {
    const open = query[at] as string;
    if (open !== "'" && open !== quote) {
      if (query.startsWith('chr(0)', at)) text += '\0';
      rest += open;
      at++;
      continue;
    }
    let found = '';
    at++;
    for (;;) {
      expect(at).toBeLessThan(query.length);
      const char = query[at] as string;
      if (char === open && query[at + 1] === open) {
        found += open;
        at += 2;
      } else if (char === '\\' && backslash && (open === "'" || quote === '`')) {
        const next = query[at + 1] as string;
        found += next === '0' ? '\0' : next;
        at += 2;
      } else if (char === open) break;
      else {
        found += char;
        at++;
      }
    }
    at++;
    if (open === "'") text += found;
    else names.push(found);
  }
  return { names, text, rest };
}

/** The literal of SQLite's exact comparison with case is a pattern. */
function likeOrGlob(target: string, query: string, value: string): string {
  return target === 'sqlite' && query.includes(' GLOB ') ? value.replaceAll(/[[*?]/g, '[$&]') : value;
}
