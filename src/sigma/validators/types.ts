/**
 * What a validator is: it looks at one parsed document and reports findings with the place they are about. Names are
 * those of the reference implementation where it has the same check, so that its exclusion files keep their meaning.
 */
import type { Detection, RulePosition, SigmaDocument } from '../ast.ts';
import type { DocumentSource } from './source.ts';

/** From the worst to the mildest. */
export type Severity = 'error' | 'warning' | 'info';
export type ValidatorGroup = 'core' | 'schema' | 'sigmahq';

/** A replacement of the characters from `start` to `end` of the file's text. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Finding {
  /** Name of the validator, or the error code of a document that can not be read. */
  readonly validator: string;
  readonly severity: Severity;
  readonly message: string;
  readonly path: string;
  /** Count from 1. */
  readonly line: number;
  readonly column: number;
  readonly id: string | null;
  readonly title: string | null;
  /** What would mend it without changing what the rule matches; see `applyFixes`. */
  readonly fix?: readonly TextEdit[];
}

/** One comparison of a rule, and the detection that it stands in. */
export interface ItemEntry {
  readonly detection: string;
  readonly item: Extract<Detection, { kind: 'item' }>;
}

/** What the documents of one run know of each other. */
export interface DocumentSet {
  readonly byId: ReadonlyMap<string, readonly SigmaDocument[]>;
  readonly byName: ReadonlyMap<string, readonly SigmaDocument[]>;
  readonly byTitle: ReadonlyMap<string, readonly SigmaDocument[]>;
  /** File names without folders, to the paths that have them. */
  readonly byFileName: ReadonlyMap<string, readonly string[]>;
  /** By path. */
  readonly firstOfFile: ReadonlyMap<string, SigmaDocument>;
}

export interface CheckContext {
  readonly items: readonly ItemEntry[];
  readonly source: DocumentSource;
  readonly set: DocumentSet;
  report(message: string, place: RulePosition, fix?: readonly TextEdit[]): void;
}

export interface Validator {
  readonly name: string;
  readonly group: ValidatorGroup;
  readonly severity: Severity;
  /** One sentence, for `--list` and the page of checks. */
  readonly description: string;
  /** False for checks that are only made when asked for by name or convention. */
  readonly byDefault: boolean;
  check(document: SigmaDocument, context: CheckContext): void;
}
