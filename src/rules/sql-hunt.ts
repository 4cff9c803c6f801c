/**
 * SQL hunts: YAML documents with the head of a Sigma rule, parameters, and one SELECT over the tables of events.
 * Described for users in docs/sql-hunts.md. Read strictly: a key that is not known, a parameter that is not declared
 * or not used, and text that is no SELECT are errors with their place.
 */
import { HuntbookError, type ErrorCode } from '../errors.ts';
import { levels, maxRuleText, parseYaml, statuses, type DocumentHead } from '../sigma/index.ts';
import { keyPlace } from './key-place.ts';
import { parameterTypes, parameterValue, type ParameterType, type SqlParameter } from './sql-parameters.ts';
import { firstWord, namesInSql, type SqlNames } from './sql-text.ts';

type Head = Pick<
  DocumentHead,
  | 'title'
  | 'status'
  | 'level'
  | 'description'
  | 'author'
  | 'license'
  | 'date'
  | 'modified'
  | 'references'
  | 'tags'
  | 'falsepositives'
>;

/** A Sigma rule's head, and a question in SQL. */
export interface SqlHunt extends Head {
  readonly id: string;
  readonly parameters: readonly SqlParameter[];
  readonly sql: string;
  readonly names: SqlNames;
  readonly path: string;
  /** Of the key `sql`. */
  readonly line: number;
}

const keys =
  'title id status description references author license date modified tags level falsepositives parameters sql'.split(
    ' ',
  );
const parameterKeys = ['type', 'default', 'choices', 'description'];
const maxTitle = 256;
const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/iu;

/** Whether a text is meant as a SQL hunt and not as a Sigma rule. */
export function isSqlHunt(text: string): boolean {
  return /^sql[ \t]*:/mu.test(text) && !/^(?:detection|correlation|filter)[ \t]*:/mu.test(text);
}

/** Throws HB_RULE_YAML, HB_RULE_INVALID, HB_RULE_VALUE, HB_SQL or HB_SQL_REFUSED with line and column. */
export function parseSqlHunt(source: string, path: string): SqlHunt {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  if (text.length > maxRuleText)
    throw new HuntbookError('HB_LIMIT', `${path}: longer than ${maxRuleText} characters`);
  return new HuntReader(text, path).read();
}

type Map = Readonly<Record<string, unknown>>;

class HuntReader {
  readonly #text: string;
  readonly #path: string;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
  }

  read(): SqlHunt {
    const data = parseYaml(this.#text, this.#path);
    if (/^---[ \t]*$/mu.test(this.#text.trimStart().replace(/^---[^\n]*\n/u, '')))
      this.#fail([], 'a file holds one SQL hunt; this has several documents');
    if (!isMap(data)) this.#fail([], 'a SQL hunt must be a map');
    const map = data as Map;
    for (const key of Object.keys(map))
      if (!keys.includes(key)) this.#fail([key], `unknown key '${key}'; known: ${keys.join(', ')}`);
    const title = this.#text1(map, 'title') ?? this.#fail([], 'the hunt has no title');
    if (title.length > maxTitle) this.#fail(['title'], `the title is longer than ${maxTitle} characters`);
    const id = this.#text1(map, 'id') ?? this.#fail([], 'the hunt has no id; give it a UUID of its own');
    if (!uuid.test(id)) this.#fail(['id'], `the id '${id}' is not a UUID`);
    const sql = this.#text1(map, 'sql') ?? this.#fail([], 'the hunt has no sql');
    const names = namesInSql(sql);
    const parameters = this.#parameters(map['parameters'] ?? {});
    this.#checkSql(sql, names, parameters);
    return {
      id: id.toLowerCase(),
      title,
      sql,
      names,
      parameters,
      path: this.#path,
      line: this.#place(['sql']).line,
      status: this.#oneOf(map, 'status', statuses),
      level: this.#oneOf(map, 'level', levels),
      description: this.#text1(map, 'description'),
      author: this.#text1(map, 'author'),
      license: this.#text1(map, 'license'),
      date: this.#date(map, 'date'),
      modified: this.#date(map, 'modified'),
      references: this.#texts(map, 'references'),
      tags: this.#texts(map, 'tags'),
      falsepositives: this.#texts(map, 'falsepositives'),
    };
  }

  #checkSql(sql: string, names: SqlNames, parameters: readonly SqlParameter[]): void {
    const first = firstWord(sql);
    if (!['select', 'with', 'from', '('].includes(first))
      this.#fail(['sql'], `only SELECT is run, this begins with '${first}'`, 'HB_SQL_REFUSED');
    const declared = new Set(parameters.map(({ name }) => name));
    const missing = names.parameters.find((name) => !declared.has(name));
    if (missing !== undefined) this.#fail(['sql'], `$${missing} is no parameter of the hunt`, 'HB_SQL');
    const unused = parameters.find(({ name }) => !names.parameters.includes(name));
    if (unused !== undefined)
      this.#fail(['parameters', unused.name], `the parameter '${unused.name}' is not used in the sql`);
  }

  #parameters(data: unknown): SqlParameter[] {
    if (!isMap(data)) this.#fail(['parameters'], 'parameters must be a map of names to their descriptions');
    return Object.entries(data as Map).map(([name, value]) => this.#parameter(name, value));
  }

  #parameter(name: string, data: unknown): SqlParameter {
    const at = ['parameters', name];
    if (!/^[a-z_][a-z0-9_]{0,40}$/u.test(name))
      this.#fail(at, `'${name}' is no name of a parameter: small letters, digits and _`);
    if (!isMap(data)) this.#fail(at, `the parameter '${name}' must be a map with type and default`);
    const map = data as Map;
    for (const key of Object.keys(map))
      if (!parameterKeys.includes(key))
        this.#fail([...at, key], `unknown key '${key}'; known: ${parameterKeys.join(', ')}`);
    const type = map['type'] as ParameterType;
    if (!parameterTypes.includes(type))
      this.#fail([...at, 'type'], `the type of '${name}' must be one of ${parameterTypes.join(', ')}`);
    const choices = this.#texts(map, 'choices', at);
    if ((type === 'choice') !== choices.length > 0)
      this.#fail(at, `choices belong to the type choice, which needs them ('${name}')`);
    if (map['default'] === undefined || map['default'] === null)
      this.#fail(at, `the parameter '${name}' has no default`);
    try {
      const value = parameterValue({ name, type, choices }, map['default']);
      return { name, type, choices, default: value, description: this.#text1(map, 'description', at) };
    } catch (error) {
      return this.#fail([...at, 'default'], (error as Error).message, 'HB_RULE_VALUE');
    }
  }

  #text1(map: Map, key: string, at: readonly string[] = []): string | null {
    const value = map[key];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string' || value.trim() === '') this.#fail([...at, key], `${key} must be text`);
    return (value as string).trimEnd();
  }

  #texts(map: Map, key: string, at: readonly string[] = []): string[] {
    const value = map[key] ?? [];
    const isText = (item: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof item);
    if (!Array.isArray(value) || !value.every(isText))
      this.#fail([...at, key], `${key} must be a list of texts`);
    return (value as unknown[]).map(String);
  }

  #oneOf(map: Map, key: string, known: readonly string[]): string | null {
    const value = this.#text1(map, key);
    if (value !== null && !known.includes(value))
      this.#fail([key], `the ${key} '${value}' is none of ${known.join(', ')}`);
    return value;
  }

  #date(map: Map, key: string): string | null {
    const value = this.#text1(map, key);
    if (value !== null && !(/^\d{4}-\d\d-\d\d$/u.test(value) && Number.isFinite(Date.parse(value))))
      this.#fail([key], `${key} must be a date such as 2025-03-31`);
    return value;
  }

  #place(at: readonly string[]): { line: number; column: number } {
    return keyPlace(this.#text, at);
  }

  #fail(at: readonly string[], message: string, code: ErrorCode = 'HB_RULE_INVALID'): never {
    const { line, column } = this.#place(at);
    throw new HuntbookError(code, `${this.#path}:${line}:${column}: ${message}`, {
      position: { file: this.#path, line, column },
      hint: 'See docs/sql-hunts.md for what a SQL hunt holds.',
    });
  }
}

function isMap(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
