/** Runs validators over parsed files and collects what they find, with what could not be parsed, in order of place. */
import type { ParseResult, RulePosition, SigmaDocument } from '../ast.ts';
import { itemsOf } from './items.ts';
import { chooseValidators } from './registry.ts';
import { textLines } from './lines.ts';
import { DocumentSource } from './source.ts';
import { fileName } from './text.ts';
import type { DocumentSet, Finding, Severity, TextEdit, Validator } from './types.ts';

export interface CheckInput {
  readonly path: string;
  /** Without byte order mark. */
  readonly text: string;
  /** As `parseRules` gives it with `named: false`, so that files may name each other's rules. */
  readonly parsed: ParseResult;
}

export interface CheckOptions {
  /** Default: all that are made by default. */
  readonly validators?: readonly Validator[];
  /** Names of validators that are not asked about a document, by its id. */
  readonly exclusions?: ReadonlyMap<string, ReadonlySet<string>>;
}

const ranks: Readonly<Record<Severity, number>> = { error: 2, warning: 1, info: 0 };

/** Whether a severity is as bad as another or worse. */
export function atLeast(severity: Severity, limit: Severity): boolean {
  return ranks[severity] >= ranks[limit];
}

/** Never throws for what rules hold. */
export function checkRules(inputs: readonly CheckInput[], options: CheckOptions = {}): Finding[] {
  const chosen = options.validators ?? chooseValidators();
  const set = collectSet(inputs);
  const findings: Finding[] = [];
  for (const input of inputs) {
    const ofFile: Finding[] = [];
    addParseFindings(input, ofFile);
    checkFile(input, chosen, set, options, ofFile);
    ofFile.sort((one, other) => one.line - other.line || one.column - other.column);
    // Not all at once: there may be more than a call takes arguments.
    for (const finding of ofFile) findings.push(finding);
  }
  return findings;
}

function checkFile(
  { path, text, parsed }: CheckInput,
  chosen: readonly Validator[],
  set: DocumentSet,
  { exclusions }: CheckOptions,
  findings: Finding[],
): void {
  const documents = documentsOf(parsed);
  if (documents.length === 0) return;
  const lines = textLines(text);
  for (const document of documents) {
    const { id, title } = document;
    const excluded = id === null ? undefined : exclusions?.get(id.toLowerCase());
    let validator = chosen[0] as Validator;
    const report = (message: string, { line, column }: RulePosition, fix?: readonly TextEdit[]): void => {
      const { name, severity } = validator;
      findings.push({
        validator: name,
        severity,
        message,
        path,
        line,
        column,
        id,
        title,
        ...(fix && { fix }),
      });
    };
    const source = new DocumentSource(text, document.position.line, lines);
    const context = { items: itemsOf(document), source, set, report };
    for (validator of chosen) {
      if (excluded === undefined || !excluded.has(validator.name)) validator.check(document, context);
    }
  }
}

function addParseFindings({ path, parsed }: CheckInput, findings: Finding[]): void {
  for (const { code, message, position } of parsed.errors) {
    const { line = 1, column = 1 } = position ?? {};
    const place = `${path}:${line}:${column}: `;
    const rest = message.startsWith(place) ? message.slice(place.length) : message;
    findings.push({
      validator: code,
      severity: 'error',
      message: rest,
      path,
      line,
      column,
      id: null,
      title: null,
    });
  }
  for (const { message, position } of parsed.notices) {
    findings.push({
      validator: 'notice',
      severity: 'info',
      message,
      path,
      ...position,
      id: null,
      title: null,
    });
  }
}

/** In order; of what an old aggregation was read as, only the first: the rest was not written. */
function documentsOf({ rules, correlations, filters }: ParseResult): readonly SigmaDocument[] {
  if (correlations.length + filters.length === 0 && rules.length <= 1) return rules;
  const documents = [...rules, ...correlations, ...filters].sort((a, b) => a.document - b.document);
  return documents.filter(({ document }, index) => document !== documents[index - 1]?.document);
}

function collectSet(inputs: readonly CheckInput[]): DocumentSet {
  const byId = new Map<string, SigmaDocument[]>();
  const byName = new Map<string, SigmaDocument[]>();
  const byTitle = new Map<string, SigmaDocument[]>();
  const byFileName = new Map<string, string[]>();
  const firstOfFile = new Map<string, SigmaDocument>();
  for (const { path, parsed } of inputs) {
    const documents = documentsOf(parsed);
    if (documents[0] === undefined) continue;
    add(byFileName, fileName(path), path);
    firstOfFile.set(path, documents[0]);
    for (const document of documents) {
      if (document.id !== null) add(byId, document.id.toLowerCase(), document);
      if (document.name !== null) add(byName, document.name, document);
      add(byTitle, document.title, document);
    }
  }
  return { byId, byName, byTitle, byFileName, firstOfFile };
}

function add<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
