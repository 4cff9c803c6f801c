/** Steps that fill `%placeholders%`: with values, wildcards, query text, or what lies outside. */
import { ANY } from '../../ast.ts';
import type { Detection, SigmaRule, SigmaValue } from '../../ast.ts';
import { fillPlaceholders } from '../../placeholders.ts';
import { isPlaceholder } from '../../string-value.ts';
import { isRecord, mappingOf, textOf, textsOf } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { mapValues } from '../values.ts';
import type { Item } from '../walk.ts';
import type { Work } from '../work.ts';
import { itemStep } from './items.ts';
import type { MakeStep, StepContext } from './step.ts';

/** More values from outside are refused. */
const maxOutside = 100_000;
const inRegex = /(?<!\\)%(\w+)%/g;

/** Variables of the pipelines. A placeholder that `include` names must have one; others may stay for later steps. */
export const fillFromVars: MakeStep = (context) => {
  const included = new Set(textsOf(context.step.parameters, 'include'));
  return fillStep(context, (name, work, item) => {
    const value = work.around.vars.get(name);
    if (value === undefined) {
      if (!included.has(name)) return null;
      throw work.error('HB_RULE_PLACEHOLDER', `no variable of the pipelines is named ${name}`, item.position);
    }
    const list = Array.isArray(value) ? (value as unknown[]) : [value];
    if (list.some((entry) => entry === null || typeof entry === 'object'))
      throw work.error('HB_RULE_PLACEHOLDER', `the variable ${name} must be a list of values`, item.position);
    return list.map(String);
  });
};

export const fillWithWildcards: MakeStep = (context) => {
  const wanted = chooser(context.step.parameters);
  return itemStep(context, (item) => {
    if (!item.values.some(hasPlaceholder)) return item;
    return mapValues(item, (value) => {
      if (
        value.kind === 'string' &&
        value.parts.some((part) => isPlaceholder(part) && wanted(part.placeholder))
      ) {
        const parts = value.parts.map((part) =>
          isPlaceholder(part) && wanted(part.placeholder) ? ANY : part,
        );
        return { ...value, parts: parts.filter((part, index) => part !== ANY || parts[index - 1] !== ANY) };
      }
      if (value.kind !== 'regex' || value.placeholders !== true) return value;
      const source = value.source.replaceAll(inRegex, (found: string, name: string) =>
        wanted(name) ? '.*' : found,
      );
      if (source === value.source) return value;
      const { placeholders: _filled, ...rest } = value;
      return source.search(inRegex) === -1 ? { ...rest, source } : { ...value, source };
    });
  });
};

/** The placeholder as text of the query language: `{field}` stays for the target, `{id}` is the mapped name. */
export const fillWithQuery: MakeStep = (context) => {
  const { parameters } = context.step;
  const wanted = chooser(parameters);
  const expression = textOf(parameters, 'expression');
  const mapping = mappingOf(parameters, 'mapping');
  return itemStep(context, (item, work) =>
    mapValues(item, (value) => {
      if (value.kind !== 'string') return value;
      const names = value.parts.filter(isPlaceholder).filter((part) => wanted(part.placeholder));
      const [first] = names;
      if (first === undefined) return value;
      if (value.parts.length > 1) {
        throw work.error(
          'HB_RULE_PLACEHOLDER',
          `the placeholder %${first.placeholder}% must stand alone to become a query`,
          item.position,
        );
      }
      const id = mapping.get(first.placeholder)?.[0] ?? first.placeholder;
      return { kind: 'query', text: expression.replaceAll('{id}', () => id) };
    }),
  );
};

/** One value a line; `path` may hold `{id}`. Only through a reader that the caller gave. */
export const fillFromFile: MakeStep = (context) =>
  outsideStep(context, 'path', (path, work) => {
    const { readFile } = work.around.external;
    return readFile === undefined ? null : readFile(path);
  });

export const fillFromWeb: MakeStep = (context) => {
  const { headers, method } = context.step.parameters;
  const options = { ...(isRecord(headers) ? { headers } : {}), ...(method === undefined ? {} : { method }) };
  return outsideStep(context, 'url', (url, work) => {
    const { fetchText } = work.around.external;
    return fetchText === undefined ? null : fetchText(url, options);
  });
};

export const fillFromCommand: MakeStep = (context) => {
  const { command } = context.step.parameters;
  return outsideStep(context, 'command', (_text, work, id) => {
    const { runCommand } = work.around.external;
    if (runCommand === undefined) return null;
    const put = (text: string): string => text.replaceAll('{id}', () => id);
    return runCommand(
      Array.isArray(command) ? command.map((part) => put(String(part))) : put(String(command)),
    );
  });
};

function outsideStep(
  context: StepContext,
  parameter: string,
  load: (target: string, work: Work, id: string) => string | null,
): (work: Work) => void {
  const { step } = context;
  const target = textOf(step.parameters, parameter);
  const mapping = mappingOf(step.parameters, 'mapping');
  // Asked once for each name, not once for each rule.
  const known = new Map<string, readonly string[]>();
  return fillStep(context, (name, work, item) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const id = mapping.get(name)?.[0] ?? name;
    let text: string | null;
    try {
      text = load(
        target.replaceAll('{id}', () => id),
        work,
        id,
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw work.error('HB_PIPELINE_SOURCE', `${step.type} for %${name}%: ${reason}`, item.position);
    }
    if (text === null)
      throw work.error('HB_PIPELINE_SOURCE', `${step.type} for %${name}% is not allowed`, item.position);
    const lines = readValues(text);
    if (lines.length > maxOutside)
      throw work.error('HB_LIMIT', `${step.type} gives more than ${maxOutside} values`, item.position);
    known.set(name, lines);
    return lines;
  });
}

/** A JSON list of values, or a value on each line that is not empty or a comment. */
function readValues(text: string): string[] {
  if (text.trimStart().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list) && list.every((entry) => entry !== null && typeof entry !== 'object'))
        return list.map(String);
    } catch {
      // Not JSON: lines.
    }
  }
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function fillStep(
  context: StepContext,
  valuesOf: (name: string, work: Work, item: Item) => readonly string[] | null,
): (work: Work) => void {
  const wanted = chooser(context.step.parameters);
  return itemStep(context, (item, work) => {
    const values = Object.create(null) as Record<string, readonly string[]>;
    let any = false;
    for (const name of placeholdersOf(item)) {
      if (!wanted(name)) continue;
      const list = valuesOf(name, work, item);
      if (list === null) continue;
      if (list.length === 0)
        throw work.error('HB_RULE_PLACEHOLDER', `the placeholder %${name}% has no values`, item.position);
      values[name] = list;
      any = true;
    }
    return any ? fillItem(item, values, work.rule as SigmaRule) : item;
  });
}

function fillItem(
  item: Item,
  values: Readonly<Record<string, readonly string[]>>,
  rule: SigmaRule,
): Detection {
  return fillPlaceholders({ ...rule, detections: { item } }, values).detections.item as Detection;
}

function placeholdersOf(item: Item): Set<string> {
  const names = new Set<string>();
  for (const value of item.values) {
    if (value.kind === 'string')
      for (const part of value.parts) if (isPlaceholder(part)) names.add(part.placeholder);
    if (value.kind === 'regex' && value.placeholders === true)
      for (const found of value.source.matchAll(inRegex)) names.add(found[1] as string);
  }
  return names;
}

function hasPlaceholder(value: SigmaValue): boolean {
  return value.kind === 'regex'
    ? value.placeholders === true
    : value.kind === 'string' && value.parts.some(isPlaceholder);
}

function chooser(parameters: Parameters): (name: string) => boolean {
  const include = new Set(textsOf(parameters, 'include'));
  const exclude = new Set(textsOf(parameters, 'exclude'));
  return (name) => (include.size === 0 || include.has(name)) && !exclude.has(name);
}
