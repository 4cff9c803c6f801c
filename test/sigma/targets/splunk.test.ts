import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { sharedPath, shared } from '../../support/data.ts';
import { deviations, explain } from './deviations/splunk.ts';
import { golden, written } from './golden.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');

describe('splunk', () => {
  it('writes the cases as golden/splunk.txt has them', () => {
    const { made, stored } = golden('splunk');
    expect(made).toBe(stored);
  });

  it.skipIf(missing).each([
    ['splunk__none', 'none', 'default', 0.99],
    ['splunk__splunk_windows', 'splunk_windows', 'default', 0.99],
    ['splunk__sysmon+splunk_windows', 'sysmon+splunk_windows', 'default', 0.99],
    ['extra/splunk__splunk_cim__data_model', 'splunk_cim', 'data_model', 0.97],
  ])(`agrees with %s, or says why not${note}`, (file, pipelines, format, bar) => {
    const result = compareOracle(
      shared,
      { file, target: 'splunk', pipelines: pipelines === 'none' ? [] : pipelines.split('+'), format },
      deviations,
    );
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(bar);
    expect(result.same / result.total).toBeGreaterThan(0.96);
  });

  it.skipIf(missing).each(['none', 'splunk_windows', 'sysmon+splunk_windows'])(
    `agrees on the micro-cases with %s, or says why not${note}`,
    (pipelines) => {
      const result = compareMicro(shared, `splunk|${pipelines}|default`, 'splunk', deviations);
      expect(result.different).toEqual([]);
    },
  );

  it('keeps every value within its literal', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (value, name) => {
        const query = written('splunk', ruleOf(`${name}|contains`, value));
        const [literal, ...rest] = literals(query);
        // A plain name is not quoted.
        const found = /^[A-Za-z0-9_.]+$/.test(name) ? [name, literal, ...rest] : [literal, ...rest];
        if (value.includes('*')) return;
        expect(found).toEqual([name, `*${value}*`]);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps patterns within their literal, and they match their value only', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('splunk', ruleOf('A|cased', value));
        const pattern = literals(query).at(-1) ?? '';
        const expression = new RegExp(pattern.replace('(?s)', '').replace(/\\z$/, '$'), 's');
        expect(expression.test(value)).toBe(true);
        expect(expression.test(`${value}x`)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('writes a savedsearches.conf with a stanza for each query and continued lines', () => {
    const { rules } = parseRules(
      `title: 'a [b]'\ndescription: |\n  two\n  lines\nlogsource: {product: windows}\ndetection:\n  a: {A|re: x}\n  b: {B: y}\n  condition: [a, b]\n`,
      'rule.yml',
    );
    const { output } = convert(
      { rules, correlations: [] },
      { target: 'splunk', pipelines: [], format: 'savedsearches', options: { earliest_time: '-1h' } },
    );
    expect(output).toBe(
      [
        '[default]\ndispatch.earliest_time = -1h\ndispatch.latest_time = now',
        '[a _b_]\ndescription = two\\\nlines\nsearch = *\\\n| regex A="x"',
        '[a _b_ 2]\ndescription = two\\\nlines\nsearch = B="y"\n',
      ].join('\n\n'),
    );
  });

  it('does not put a rule into the stanza of defaults', () => {
    const { rules } = parseRules(ruleOf('A', 'x').replace('title: t', 'title: default'), 'rule.yml');
    const options = { target: 'splunk', pipelines: [], format: 'savedsearches' };
    expect(convert({ rules, correlations: [] }, options).output).toContain('\n[default 2]\nsearch = A="x"\n');
  });

  it('does not write a data model search without a data model', () => {
    const { rules } = parseRules(ruleOf('A', 'x'), 'rule.yml');
    const { conversions } = convert(
      { rules, correlations: [] },
      { target: 'splunk', pipelines: [], format: 'data_model' },
    );
    expect(conversions[0]?.error?.code).toBe('HB_TARGET_UNSUPPORTED');
  });

  it.each([
    ["sel: {A: x, C: y}\n  flt: {B: 'a?b*'}", 'sel and not flt', 'A="x" C="y" NOT B="a*b*"'],
    ["sel: {A: x}\n  kw: ['a\\*b']", 'sel and kw', 'A="x" "a\\*b"'],
    ["sel: {A: ['a?b', c]}", 'sel', 'A IN ("a*b", "c")'],
    ["a: {A: 'a?b'}\n  b: {B: c}", 'a or b', 'A="a*b" OR B="c"'],
  ])('a listed deviation hides nothing else: %s', (detections, condition, theirs) => {
    const ours = written(
      'splunk',
      `title: t\nlogsource: {product: x}\ndetection:\n  ${detections}\n  condition: ${condition}\n`,
    );
    expect(explain(ours, theirs)?.size).toBe(1);
    for (const other of [
      theirs.replace('b', 'd'),
      theirs.replace('"c"', '"d"').replace('"x"', '"z"'),
      `${theirs} D="e"`,
    ]) {
      expect(explain(ours, other)).toBe(null);
    }
  });

  it('does not search several at once where there is one', () => {
    const base = 'title: a\nname: a\nlogsource: {product: x}\ndetection: {s: {A: x}, condition: s}\n';
    const yaml = `title: c\ncorrelation: {type: temporal, rules: a, timespan: 1m, group-by: u, aliases: {u: {a: B}}}\n---\n${base}`;
    expect(written('splunk', yaml).split('\n').slice(0, 2)).toEqual([
      'A="x"',
      '| rename B as u | eval event_type="a"',
    ]);
  });

  it('counts an event that several rules find once, and refuses to count findings of correlations', () => {
    const rule = (name: string): string =>
      `---\ntitle: ${name}\nname: ${name}\nlogsource: {product: x}\ndetection: {s: {A: ${name}}, t: {B: y}, condition: [s, t]}\n`;
    const count =
      'title: c\nname: c\ncorrelation: {type: event_count, rules: [a, b], timespan: 1m, condition: {gte: 2}}\n';
    expect(written('splunk', count + rule('a') + rule('b')).split('\n')[0]).toBe(
      '(A="a") OR (B="y") OR (A="b") OR (B="y")',
    );
    const above =
      'title: d\ncorrelation: {type: event_count, rules: c, timespan: 1h, condition: {gte: 2}}\n---\n';
    expect(written('splunk', above + count + rule('a') + rule('b'))).toContain(
      'Splunk cannot express counts of what correlations found',
    );
  });

  it('takes an operator for a field name where it is one', () => {
    expect(written('splunk', ruleOf('NOT', 'x'))).toBe('"NOT"="x"');
    expect(written('splunk', ruleOf('not', 'x'))).toBe('not="x"');
  });

  it('says of what is not absent that it is there', () => {
    const yaml =
      'title: t\nlogsource: {product: x}\ndetection: {a: {A: x}, b: {B: null}, condition: a and not b}\n';
    expect(written('splunk', yaml)).toBe('A="x" B=*');
  });

  it('refuses an order of only some rules', () => {
    const text = written(
      'splunk',
      `title: c\ncorrelation:\n  type: temporal_ordered\n  rules: [a, b]\n  timespan: 1m\n  condition: {gte: 1}\n${[
        'a',
        'b',
      ]
        .map(
          (name) =>
            `---\ntitle: ${name}\nname: ${name}\nlogsource: {product: x}\ndetection: {s: {A: x}, condition: s}\n`,
        )
        .join('')}`,
    );
    expect(text).toContain('ERROR case.yml:1:1: Splunk cannot express an order of some of the rules only');
  });
});

function ruleOf(key: string, value: string): string {
  return `title: t\nlogsource: {product: windows}\ndetection:\n  sel:\n    ${JSON.stringify(key)}: ${JSON.stringify(escaped(value))}\n  condition: sel\n`;
}

/** As a rule writes a text that holds no wildcard. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*?]/g, '\\$&');
}

function hostileText(): fc.Arbitrary<string> {
  const signs = '"\'\\`|()[]{}<>*?%_$^=!~.,:;#@&/+- \n\t\r\0\u001b\u0085\u2028éЖ漢😀aZ09';
  return fc
    .array(fc.constantFrom(...signs), { minLength: 1, maxLength: 12 })
    .map((chars) => chars.join(''))
    .filter((text) => !text.includes('|') && text.trim() !== '');
}

/** The texts in double quotes, as SPL reads them. */
function literals(query: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < query.length; at++) {
    if (query[at] !== '"') continue;
    let text = '';
    for (at++; query[at] !== '"'; at++) {
      if (at >= query.length) throw new Error('a literal is not closed');
      if (query[at] === '\\' && /[\\"]/.test(query[at + 1] ?? '')) at++;
      text += query[at];
    }
    found.push(text);
  }
  return found;
}
