/** Which documents correlations mean by the ids and names they list, over all files that were read together. */
import type { HuntbookError } from '../errors.ts';
import type { ParseResult, RulePosition, SigmaCorrelation, SigmaRule } from './ast.ts';
import { checkExcluded, checkSteps } from './chain-references.ts';
import { quote } from './fault.ts';
import { label, referenceError } from './reference-error.ts';

/** What a correlation may name. */
export type ReferencedDocument = SigmaRule | SigmaCorrelation;

export interface ResolvedReferences {
  /** Of each correlation that can be run, what it names, in the order of `rules`. Comes after those it names. */
  readonly documents: ReadonlyMap<SigmaCorrelation, readonly ReferencedDocument[]>;
  /** Of chains with `not-between` the rules that it names, in their order. */
  readonly notBetween: ReadonlyMap<SigmaCorrelation, readonly SigmaRule[]>;
  /** Building blocks: named by a correlation without `generate`, they count for nothing by themselves. */
  readonly parts: ReadonlySet<ReferencedDocument>;
  /** Why a correlation cannot be run: HB_RULE_REFERENCE, or HB_LIMIT for chains beyond measure. */
  readonly failed: ReadonlyMap<SigmaCorrelation, HuntbookError>;
  /** The same errors, in the order of the correlations. */
  readonly errors: readonly HuntbookError[];
}

/** Correlations of correlations, one above the other; what runs them recurses. */
const maxChain = 50;
/** Rules below one correlation, each counted as often as it is reached. */
const maxParts = 10_000;
/** Names of a circle that a message shows. */
const maxShown = 8;

/** Never throws. Takes time in proportion to the number of references. */
export function resolveReferences(result: Pick<ParseResult, 'rules' | 'correlations'>): ResolvedReferences {
  // Most rule sets have none.
  const index = new DocumentIndex(
    result.correlations.length === 0 ? [] : [...result.rules, ...result.correlations],
  );
  const failed = new Map<SigmaCorrelation, HuntbookError>();
  const named = new Map<SigmaCorrelation, ReferencedDocument[]>();
  const notBetween = new Map<SigmaCorrelation, readonly SigmaRule[]>();
  const parts = new Set<ReferencedDocument>();
  for (const correlation of result.correlations) {
    const found: ReferencedDocument[] = [];
    const refuse = (error: HuntbookError): void => {
      if (!failed.has(correlation)) failed.set(correlation, error);
    };
    const find = (reference: string, at?: RulePosition): ReferencedDocument | undefined => {
      const matches = ownFirst(index.find(reference), correlation);
      if (matches.length === 1) return matches[0];
      refuse(badReference(correlation, reference, matches, at));
      return undefined;
    };
    for (const reference of [...correlation.rules, ...aliasReferences(correlation)]) {
      const document = find(reference);
      if (document !== undefined) found.push(document);
    }
    named.set(correlation, failed.has(correlation) ? found : found.slice(0, correlation.rules.length));
    const serving = [...(named.get(correlation) ?? [])];
    if (correlation.chain?.notBetweenPosition !== undefined) {
      const { notBetween: references, notBetweenPosition } = correlation.chain;
      const excluded = references.flatMap((reference) => find(reference, notBetweenPosition) ?? []);
      serving.push(...excluded);
      notBetween.set(
        correlation,
        excluded.filter((document) => document.kind === 'rule'),
      );
      checkExcluded(correlation, excluded, refuse);
    }
    checkSteps(correlation, named.get(correlation) ?? [], refuse);
    if (!correlation.generate) for (const document of serving) parts.add(document);
  }
  const documents = orderChains(named, failed);
  const errors = result.correlations.flatMap((correlation) => failed.get(correlation) ?? []);
  return { documents, notBetween, parts, failed, errors };
}

/** Documents by id, in either case of its letters, and by name. */
export class DocumentIndex<Document extends ReferencedDocument> {
  readonly #ids = new Map<string, Document[]>();
  readonly #names = new Map<string, Document[]>();

  constructor(documents: Iterable<Document>) {
    for (const document of documents) {
      if (document.id !== null) add(this.#ids, document.id.toLowerCase(), document);
      if (document.name !== null) add(this.#names, document.name, document);
    }
  }

  /** All documents of that id or name; more than one: the reference is ambiguous. */
  find(reference: string): readonly Document[] {
    const byName = this.#names.get(reference) ?? [];
    const byId = this.#ids.get(reference.toLowerCase()) ?? [];
    if (byName.length === 0) return byId;
    return byId.length === 0 ? byName : [...new Set([...byName, ...byId])];
  }
}

/** Where documents stand, for messages; the first few of them. */
export function placesOf(documents: readonly ReferencedDocument[]): string {
  const shown = documents.slice(0, 3).map(({ path, position }) => `${path}:${position.line}`);
  return documents.length > 3 ? `${shown.join(', ')} and ${documents.length - 3} more` : shown.join(', ');
}

/** A correlation that was read from an old aggregation means the rule of its own document, whoever else is called so. */
function ownFirst(
  matches: readonly ReferencedDocument[],
  { path, document }: SigmaCorrelation,
): readonly ReferencedDocument[] {
  if (matches.length < 2) return matches;
  const own = matches.filter((match) => match.path === path && match.document === document);
  return own.length === 1 ? own : matches;
}

function add<Document>(map: Map<string, Document[]>, key: string, document: Document): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [document]);
  else list.push(document);
}

function aliasReferences({ aliases }: SigmaCorrelation): string[] {
  return Object.keys(aliases).flatMap((name) => Object.keys(aliases[name] ?? {}));
}

function badReference(
  correlation: SigmaCorrelation,
  reference: string,
  matches: readonly ReferencedDocument[],
  place?: RulePosition,
): HuntbookError {
  const at = { path: correlation.path, position: place ?? correlation.rulesPosition ?? correlation.position };
  if (matches.length === 0)
    return referenceError(at, `the correlation names the rule ${quote(reference)}, which was not found`);
  return referenceError(
    at,
    `the correlation names ${quote(reference)}, which ${matches.length} rules are called: ${placesOf(matches)}`,
    'HB_RULE_REFERENCE',
    'Give each rule an id and a name of its own.',
  );
}

/** Correlations after those they name; what is in or above a circle fails. */
function orderChains(
  named: ReadonlyMap<SigmaCorrelation, readonly ReferencedDocument[]>,
  failed: Map<SigmaCorrelation, HuntbookError>,
): Map<SigmaCorrelation, readonly ReferencedDocument[]> {
  const documents = new Map<SigmaCorrelation, readonly ReferencedDocument[]>();
  const above = new Map<SigmaCorrelation, SigmaCorrelation[]>();
  const waiting = new Map<SigmaCorrelation, Set<SigmaCorrelation>>();
  const ready: SigmaCorrelation[] = [];
  for (const [correlation, list] of named) {
    const below = new Set(list.filter((document) => document.kind === 'correlation'));
    for (const part of below) {
      const parents = above.get(part);
      if (parents === undefined) above.set(part, [correlation]);
      else parents.push(correlation);
    }
    if (below.size === 0) ready.push(correlation);
    else waiting.set(correlation, below);
  }
  const measured = new Map<SigmaCorrelation, Measure>();
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    const list = named.get(next) ?? [];
    const error = failed.get(next) ?? measure(next, list, measured, failed);
    if (error === null) documents.set(next, list);
    else failed.set(next, error);
    for (const parent of above.get(next) ?? []) {
      const below = waiting.get(parent);
      below?.delete(next);
      if (below?.size !== 0) continue;
      waiting.delete(parent);
      ready.push(parent);
    }
  }
  failCircles(waiting, failed);
  return documents;
}

interface Measure {
  readonly height: number;
  readonly parts: number;
}

function measure(
  correlation: SigmaCorrelation,
  list: readonly ReferencedDocument[],
  measured: Map<SigmaCorrelation, Measure>,
  failed: ReadonlyMap<SigmaCorrelation, HuntbookError>,
): HuntbookError | null {
  let height = 1;
  let parts = 0;
  for (const document of list) {
    const below = document.kind === 'rule' ? { height: 0, parts: 1 } : measured.get(document);
    if (document.kind === 'correlation' && failed.has(document))
      return referenceError(correlation, `the correlation needs ${label(document)}, which cannot be used`);
    if (below === undefined) continue;
    height = Math.max(height, below.height + 1);
    parts += below.parts;
  }
  if (height > maxChain)
    return referenceError(correlation, `more than ${maxChain} correlations above each other`, 'HB_LIMIT');
  if (parts > maxParts)
    return referenceError(correlation, `more than ${maxParts} rules below one correlation`, 'HB_LIMIT');
  measured.set(correlation, { height, parts });
  return null;
}

/** Each of the correlations left over leads into a circle; `below` are those that keep it waiting. */
function failCircles(
  waiting: ReadonlyMap<SigmaCorrelation, ReadonlySet<SigmaCorrelation>>,
  failed: Map<SigmaCorrelation, HuntbookError>,
): void {
  const circleOf = new Map<SigmaCorrelation, string>();
  for (const start of waiting.keys()) {
    const steps = new Map<SigmaCorrelation, number>();
    let at: SigmaCorrelation = start;
    while (!circleOf.has(at) && !steps.has(at)) {
      steps.set(at, steps.size);
      at = waiting.get(at)?.values().next().value as SigmaCorrelation;
    }
    const circle = circleOf.get(at) ?? showCircle([...steps.keys()].slice(steps.get(at)));
    for (const correlation of steps.keys()) {
      circleOf.set(correlation, circle);
      if (!failed.has(correlation))
        failed.set(
          correlation,
          referenceError(correlation, `correlations name each other in a circle: ${circle}`),
        );
    }
  }
}

function showCircle(circle: readonly SigmaCorrelation[]): string {
  const names = circle.slice(0, maxShown).map(label);
  if (circle.length > maxShown) names.push(`… (${circle.length} in all)`);
  return [...names, label(circle[0] as SigmaCorrelation)].join(' → ');
}
