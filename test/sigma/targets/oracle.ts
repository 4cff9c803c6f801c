/**
 * Compares conversions with what the reference made of the same rules. A difference must be listed as a deviation:
 * a reason with a function that turns our text into the reference's, so that nothing else hides behind it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Converter } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import type { SigmaRule } from '../../../src/sigma/ast.ts';

/** Why ours is right where it differs from the reference. */
export interface Deviation {
  /** Short and stable, named in the list of deviations. */
  readonly id: string;
  /** One line. */
  readonly reason: string;
  /** Ours with exactly this difference undone: must then equal the reference's text. */
  readonly undo?: (ours: string, rule: SigmaRule) => string;
  /** Where undoing is not a matter of text: whether this rule differs for this reason and for no other. */
  readonly applies?: (rule: SigmaRule, ours: string, theirs: string) => boolean;
  /** The reference refuses what we convert, or the other way round. */
  readonly verdict?: (rule: SigmaRule, ours: string | null, theirs: string | null) => boolean;
}

export interface OracleRecord {
  readonly rule_path: string;
  readonly queries?: readonly unknown[];
  readonly error?: { readonly type: string; readonly message: string };
}

export interface Comparison {
  readonly total: number;
  readonly same: number;
  /** By id of the deviation: paths of rules. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
  readonly different: readonly { readonly path: string; readonly ours: string; readonly theirs: string }[];
}

export interface OracleCase {
  /** Path below the oracle folder without `.jsonl.gz`. */
  readonly file: string;
  readonly target: string;
  readonly pipelines: readonly string[];
  readonly format?: string;
  readonly options?: Readonly<Record<string, string>>;
}

export function readOracle(shared: string, file: string): OracleRecord[] {
  const text = gunzipSync(readFileSync(join(shared, 'oracle', `${file}.jsonl.gz`))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as OracleRecord);
}

export function compareOracle(
  shared: string,
  oracle: OracleCase,
  deviations: readonly Deviation[],
): Comparison {
  const converter = new Converter({
    target: oracle.target,
    pipelines: oracle.pipelines,
    ...(oracle.format === undefined ? {} : { format: oracle.format }),
    ...(oracle.options === undefined ? {} : { options: oracle.options }),
  });
  const listed = new Map<string, string[]>();
  const different: { path: string; ours: string; theirs: string }[] = [];
  const records = readOracle(shared, oracle.file);
  let same = 0;
  for (const record of records) {
    const path = join(shared, 'data/sigma', record.rule_path);
    const { rules, errors } = parseRules(readFileSync(path, 'utf8'), path);
    const rule = rules[0];
    if (rule === undefined) {
      different.push({ path: record.rule_path, ours: String(errors[0]?.message), theirs: shown(record) });
      continue;
    }
    const { conversions } = converter.convert({ rules: [rule], correlations: [] });
    const conversion = conversions[0];
    const error = conversion?.error;
    const ours = error === undefined ? textOf(conversion?.queries ?? []) : null;
    const theirs = record.queries === undefined ? null : textOf(record.queries);
    if (ours === theirs) {
      same++;
      continue;
    }
    const found = deviations.find((deviation) => explains(deviation, rule, ours, theirs));
    if (found !== undefined) listed.set(found.id, [...(listed.get(found.id) ?? []), record.rule_path]);
    else {
      different.push({
        path: record.rule_path,
        ours: ours ?? `ERROR ${error?.code} ${error?.message}`,
        theirs: shown(record),
      });
    }
  }
  return { total: records.length, same, listed, different };
}

function explains(
  deviation: Deviation,
  rule: SigmaRule,
  ours: string | null,
  theirs: string | null,
): boolean {
  if (ours === null || theirs === null) return deviation.verdict?.(rule, ours, theirs) ?? false;
  if (deviation.undo !== undefined && deviation.undo(ours, rule) === theirs) return true;
  return deviation.applies?.(rule, ours, theirs) ?? false;
}

/** Several queries are kept apart by a character that no query holds. */
function textOf(queries: readonly unknown[]): string {
  return queries.map((query) => (typeof query === 'string' ? query : JSON.stringify(query))).join('\u0001');
}

function shown(record: OracleRecord): string {
  return record.queries === undefined
    ? `ERROR ${record.error?.type} ${record.error?.message}`
    : textOf(record.queries);
}
