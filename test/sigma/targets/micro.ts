/** Compares what a target makes of the micro-cases with what the reference made of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convert } from '../../../src/sigma/convert.ts';
import type { SigmaRule } from '../../../src/sigma/ast.ts';
import { applyFilters } from '../../../src/sigma/apply-filters.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import type { Deviation } from './oracle.ts';

export interface MicroDifference {
  readonly case: string;
  readonly feature: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface MicroComparison {
  readonly total: number;
  readonly same: number;
  /** By id of the deviation: cases. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
  readonly different: readonly MicroDifference[];
}

interface MicroRecord {
  readonly case: string;
  readonly group: string;
  readonly feature: string;
  readonly rule_yaml: string;
  readonly parse: string;
  readonly results: Readonly<
    Record<string, { queries?: unknown[]; error?: { type: string; message: string } }>
  >;
  readonly pysigma2?: { readonly parse?: string };
}

/**
 * `key` as in the micro-cases: target|pipelines|format. Cases that the reference's two versions read differently are
 * left out: they are about reading, not about the target.
 */
export function compareMicro(
  shared: string,
  key: string,
  target: string,
  deviations: readonly Deviation[],
  options: Readonly<Record<string, string>> = {},
): MicroComparison {
  const [, pipelines = 'none', format = 'default'] = key.split('|');
  const listed = new Map<string, string[]>();
  const different: MicroDifference[] = [];
  let same = 0;
  let total = 0;
  for (const record of readMicro(shared)) {
    const result = record.results[key];
    if (result === undefined || (record.pysigma2?.parse ?? record.parse) !== record.parse) continue;
    total++;
    const parsed = parseRules(record.rule_yaml, record.case);
    const { ours, fault } = ourText(parsed, target, pipelines, format, options);
    const theirs =
      result.queries === undefined || result.queries.length === 0 ? null : textOf(result.queries);
    // A selector that matches nothing is an error, as in version 2; so is an empty condition, whatever a pipeline adds.
    if (ours === theirs || /matches no detection|the condition is empty/.test(fault)) {
      same++;
      continue;
    }
    const found = [...readingDeviations, ...deviations].find((deviation) =>
      explains(deviation, parsed.rules[0], ours, theirs),
    );
    if (found !== undefined) listed.set(found.id, [...(listed.get(found.id) ?? []), record.case]);
    else {
      different.push({
        case: record.case,
        feature: record.feature,
        ours: ours ?? `ERROR ${fault}`,
        theirs: theirs ?? `ERROR ${result.error?.type} ${result.error?.message}`,
      });
    }
  }
  return { total, same, listed, different };
}

/** Differences of reading, the same for all targets (the reference corrected them in its version 2). */
const readingDeviations: readonly Deviation[] = [
  {
    id: 'identifier-names',
    reason: 'Names of detections may begin with the letters of an operator',
    verdict: (rule, ours, theirs) =>
      ours !== null && theirs === null && rule.conditions.some(({ text }) => /\b(?:not|and|or)\w/.test(text)),
  },
  {
    id: 'base64offset-bytes',
    reason: 'base64offset cuts bytes, not characters',
    applies: (rule, ours, theirs) => {
      const blank = (text: string): string => text.replaceAll(/[A-Za-z0-9+/]{3,}=?/g, '');
      return JSON.stringify(rule.detections).includes('base64offset') && blank(ours) === blank(theirs);
    },
  },
  {
    id: 'exact-numbers',
    reason: 'Integers above 2^53 stay exact; the reference makes them floating point numbers',
    undo: (ours) => ours.replaceAll(/\b\d{16,19}\b/g, (digits) => `${BigInt(Number(digits))}.0`),
  },
];

function readMicro(shared: string): MicroRecord[] {
  return readFileSync(join(shared, 'oracle/micro.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as MicroRecord);
}

function ourText(
  parsed: ReturnType<typeof parseRules>,
  target: string,
  pipelines: string,
  format: string,
  options: Readonly<Record<string, string>>,
): { ours: string | null; fault: string } {
  if (parsed.errors.length > 0) return { ours: null, fault: String(parsed.errors[0]?.message) };
  const { rules } = applyFilters(parsed.rules, parsed.filters, parsed.correlations);
  const { conversions } = convert(
    { rules, correlations: parsed.correlations },
    {
      target,
      format,
      options,
      pipelines: pipelines === 'none' ? [] : pipelines.split('+'),
    },
  );
  const error = conversions.find((conversion) => conversion.error !== undefined)?.error;
  if (error !== undefined) return { ours: null, fault: error.message };
  const queries = conversions.flatMap((conversion) => conversion.queries);
  return { ours: queries.length === 0 ? null : textOf(queries), fault: 'no query' };
}

function explains(
  deviation: Deviation,
  rule: SigmaRule | undefined,
  ours: string | null,
  theirs: string | null,
): boolean {
  if (rule === undefined) return false;
  if (ours === null || theirs === null) return deviation.verdict?.(rule, ours, theirs) ?? false;
  if (deviation.undo?.(ours, rule) === theirs) return true;
  return deviation.applies?.(rule, ours, theirs) ?? false;
}

function textOf(queries: readonly unknown[]): string {
  return queries.map((query) => (typeof query === 'string' ? query : JSON.stringify(query))).join('\u0001');
}
