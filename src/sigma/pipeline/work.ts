/**
 * What is known while a document goes through its pipelines. Documents are plain data and stay as they are: steps put
 * new ones in their place, and a document that no step touched is the same object at the end.
 */
import { HuntbookError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Detection, RulePosition, SigmaCorrelation, SigmaRule } from '../ast.ts';
import { eachItem } from './walk.ts';
import type { Item } from './walk.ts';
import type { ExternalSources } from './types.ts';

/** Which ids of steps conditions on items and fields ask for; nothing else is kept track of. */
export interface Tracking {
  readonly items: Set<string>;
  readonly fields: Set<string>;
  /** Whether any step asks which fields were mapped at all. */
  mapped: boolean;
}

export interface Surroundings {
  readonly vars: ReadonlyMap<string, unknown>;
  readonly external: ExternalSources;
  readonly tracking: Tracking;
}

interface Touch {
  readonly field: string | null;
  readonly results: readonly string[];
  readonly id: string | null;
  readonly mapping: boolean;
}

export class Work {
  rule: SigmaRule | null;
  correlation: SigmaCorrelation | null;
  /** The rule as it was before the first step. */
  readonly before: SigmaRule | null;
  /** The rules behind a correlation, which go through the steps with it; a rule has only itself. */
  readonly subjects: readonly Work[];
  readonly around: Surroundings;
  readonly state = new Map<string, unknown>();
  readonly applied = new Set<string>();
  /** Fields of a correlation as this rule of it would name them, by the name they had at first. */
  probes: Map<string, readonly string[]> | null = null;
  /** One line for each change of the step in hand; null: nobody asks. */
  changes: Set<string> | null = null;
  // Made when needed: most rules need none of them.
  #itemIds: Map<Item, Set<string>> | null = null;
  #fieldIds: Map<string, Set<string>> | null = null;
  #mapped: Set<string> | null = null;
  #pending: Touch[] | null = null;

  constructor(
    document: SigmaRule | SigmaCorrelation,
    around: Surroundings,
    subjects: readonly Work[] | null = null,
  ) {
    this.rule = document.kind === 'rule' ? document : null;
    this.correlation = document.kind === 'correlation' ? document : null;
    this.before = this.rule;
    this.around = around;
    this.subjects = subjects ?? [this];
  }

  get document(): SigmaRule | SigmaCorrelation {
    return (this.rule ?? this.correlation) as SigmaRule | SigmaCorrelation;
  }

  note(change: string): void {
    this.changes?.add(change);
  }

  /** An error at the document, or at the item of it that is the reason. */
  error(code: ErrorCode, message: string, position: RulePosition = this.document.position): HuntbookError {
    const { path } = this.document;
    return new HuntbookError(code, `${path}:${position.line}:${position.column}: ${message}`, {
      position: { file: path, line: position.line, column: position.column },
    });
  }

  itemHas(item: Item, id: string): boolean {
    return this.#itemIds?.get(item)?.has(id) === true;
  }

  fieldHas(field: string, id: string): boolean {
    return this.#fieldIds?.get(field)?.has(id) === true;
  }

  isMapped(field: string): boolean {
    return this.#mapped?.has(field) === true;
  }

  /** What became of an item: it passes on its marks, and gets that of the step. */
  itemTouched(item: Item, result: Detection | null, id: string | null): void {
    if (result === null) return;
    const mark = id !== null && this.around.tracking.items.has(id) ? id : null;
    const old = this.#itemIds?.get(item);
    if (mark === null && old === undefined) return;
    const known = (this.#itemIds ??= new Map());
    eachItem(result, (inner) => {
      const ids = new Set(old);
      if (mark !== null) ids.add(mark);
      known.set(inner, ids);
    });
  }

  /** Takes effect when the step is over: its conditions on later items must not see what it did to earlier ones. */
  fieldTouched(field: string | null, results: readonly string[], id: string | null, mapping: boolean): void {
    const { tracking } = this.around;
    if (tracking.mapped || tracking.fields.size > 0)
      (this.#pending ??= []).push({ field, results, id, mapping });
  }

  endStep(): void {
    if (this.#pending === null) return;
    for (const { field, results, id, mapping } of this.#pending) this.#markField(field, results, id, mapping);
    this.#pending = null;
  }

  #markField(field: string | null, results: readonly string[], id: string | null, mapping: boolean): void {
    const { tracking } = this.around;
    if (tracking.mapped && (mapping || (field !== null && this.isMapped(field)))) {
      this.#mapped ??= new Set();
      for (const result of results) this.#mapped.add(result);
    }
    const mark = id !== null && tracking.fields.has(id) ? id : null;
    const old = field === null ? undefined : this.#fieldIds?.get(field);
    if (mark === null && old === undefined) return;
    const known = (this.#fieldIds ??= new Map<string, Set<string>>());
    for (const result of results) {
      const ids = known.get(result) ?? new Set<string>();
      known.set(result, ids);
      if (old !== undefined) for (const before of old) ids.add(before);
      if (mark !== null) ids.add(mark);
    }
  }
}
