/** Text of a rule file to rules, correlations and filters, one error for each document that is none of them. */
import { HuntbookError, asHuntbookError } from '../errors.ts';
import { convertAggregation, hasAggregation } from './aggregation.ts';
import type { ParseResult, RulePosition } from './ast.ts';
import { parseCorrelation } from './correlation.ts';
import { isMap } from './detection.ts';
import { RuleFault, quote } from './fault.ts';
import { parseFilter } from './filter.ts';
import { KeyFinder } from './key-finder.ts';
import { locateFault } from './locate.ts';
import { own } from './metadata.ts';
import { resolveReferences } from './references.ts';
import { parseRule } from './rule.ts';
import type { DocumentContext } from './rule.ts';
import { maxRuleText, readYaml } from './yaml.ts';
import type { YamlDocument } from './yaml.ts';
import { YamlScalar } from './yaml-scalars.ts';
import type { YamlMap, YamlValue } from './yaml-value.ts';

export interface ParseOptions {
  /**
   * False for a file that was only found in a folder: then a text without any Sigma document gives nothing at all
   * instead of an error, and correlations may name rules of other files (see `alone`).
   */
  readonly named?: boolean;
  /** False where correlations may name rules of other files: the caller then asks `resolveReferences`. */
  readonly alone?: boolean;
}

/** Nodes that documents of one file may take over from others by `action`. */
const maxInherited = 2_000_000;

/** Never throws. */
export function parseRules(text: string, path: string, options: ParseOptions = {}): ParseResult {
  const result: ParseResult = { rules: [], correlations: [], filters: [], notices: [], errors: [] };
  if (text.length > maxRuleText) {
    result.errors.push(
      new HuntbookError(
        'HB_LIMIT',
        `${path}: a rule file may have ${maxRuleText} characters, this has ${text.length}`,
        {
          position: { file: path },
          hint: 'Split the file.',
        },
      ),
    );
    return result;
  }
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const documents = readYaml(source, path);
  const named = options.named !== false;
  if (!named && !documents.some(looksLikeSigma)) return result;
  // Legacy collections: what `action: global` gave, and the last rule for `action: repeat`.
  const budget = { nodes: maxInherited };
  let shared: YamlMap = {};
  let previous: YamlMap | null = null;
  for (const document of documents) {
    if (document.error !== undefined) {
      result.errors.push(document.error);
      continue;
    }
    if (document.value === null || document.value === undefined) continue;
    try {
      const map = document.value;
      if (!isMap(map)) throw new RuleFault('HB_RULE_INVALID', 'a rule must be a map', null);
      const action = own(map, 'action');
      if (action === 'global') shared = previous = without(map, 'action');
      else if (action === 'reset') shared = {};
      else if (action === 'repeat') {
        previous = inherit(previous ?? {}, without(map, 'action'), budget);
        parseDocument(previous, source, document, path, result);
      } else if (action !== undefined && action !== null) {
        throw new RuleFault(
          'HB_RULE_INVALID',
          `the action ${quote(String(action))} is none of global, reset, repeat`,
          null,
        );
      } else {
        const whole = inherit(map, shared, budget);
        previous = whole;
        parseDocument(whole, source, document, path, result);
      }
    } catch (error) {
      result.errors.push(asError(error, source, document, path));
    }
  }
  if (named && options.alone !== false) {
    for (const error of resolveReferences(result).errors) result.errors.push(error);
  }
  return result;
}

/** Broken YAML counts: what it was meant to be cannot be known, and a lost rule must be heard of. */
function looksLikeSigma(document: YamlDocument): boolean {
  if (document.error !== undefined) return true;
  const map = document.value;
  if (!isMap(map)) return false;
  const has = (key: string): boolean => Object.hasOwn(map, key);
  return has('detection') || has('correlation') || has('filter') || (has('title') && has('logsource'));
}

function parseDocument(
  map: YamlMap,
  text: string,
  document: YamlDocument,
  path: string,
  result: ParseResult,
): void {
  const finder = new KeyFinder(text, document.start, document.end, document.firstLine);
  const position: RulePosition = finder.find(Object.keys(map)[0] ?? '');
  const place = (...keys: string[]): RulePosition => {
    const own = new KeyFinder(text, document.start, document.end, document.firstLine);
    return keys.reduce((_, key) => own.find(key), position);
  };
  const context: DocumentContext = {
    path,
    document: document.index,
    position,
    find: (key) => finder.find(key),
    place,
    note: (message, ...keys) => void result.notices.push({ path, position: place(...keys), message }),
  };
  if (own(map, 'correlation') !== undefined) result.correlations.push(parseCorrelation(map, context));
  else if (own(map, 'filter') !== undefined) {
    finder.find('filter');
    result.filters.push(parseFilter(map, context));
  } else {
    if (Object.hasOwn(map, 'detection')) finder.find('detection');
    if (!hasAggregation(map)) result.rules.push(parseRule(map, context));
    else {
      const { rules, correlation, notice } = convertAggregation(map, context);
      for (const rule of rules) result.rules.push(rule);
      result.correlations.push(correlation);
      result.notices.push(notice);
    }
  }
}

function asError(error: unknown, text: string, document: YamlDocument, path: string): HuntbookError {
  if (error instanceof RuleFault) return locateFault(error, text, document, path);
  // Recursion over a hostile document; the depth bound of the reader makes this unlikely.
  return asHuntbookError(error, 'HB_RULE_INVALID', path);
}

function without(map: YamlMap, key: string): YamlMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}

/** As `merge`, counting what is copied: each document costs as much as a global one before it holds. */
function inherit(base: YamlMap, over: YamlMap, budget: { nodes: number }): YamlMap {
  if (Object.keys(over).length === 0 || Object.keys(base).length === 0) return merge(base, over);
  budget.nodes -= nodesOf(base, budget.nodes) + nodesOf(over, budget.nodes);
  if (budget.nodes < 0) {
    const message = `global and repeated documents expand to more than ${maxInherited} nodes`;
    throw new RuleFault('HB_LIMIT', message, null, { hint: 'Split the file.' });
  }
  return merge(base, over);
}

/** Nodes of a value, each counted as often as it is reached; stops beyond `limit`. */
function nodesOf(value: YamlValue, limit: number): number {
  if (typeof value !== 'object' || value === null || value instanceof YamlScalar) return 1;
  let count = 1;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (count > limit) break;
    count += nodesOf(item, limit - count);
  }
  return count;
}

/** `over` on top of `base`, maps merged key by key; neither is changed. */
function merge(base: YamlMap, over: YamlMap): YamlMap {
  const entries = Object.entries(over);
  if (entries.length === 0) return base;
  const merged = new Map<string, YamlValue>(Object.entries(base));
  for (const [key, value] of entries) {
    const before = merged.get(key);
    merged.set(key, isMap(value) && isMap(before) ? merge(before, value) : value);
  }
  return Object.fromEntries(merged);
}
