/**
 * What the JSON schemas of the specification (2.1.0, json-schema/ of https://github.com/SigmaHQ/sigma-specification)
 * demand beyond what the parser refuses anyway. Where a schema is behind the specification itself (types of
 * correlations, filters without a detection named `selection`), the specification goes first.
 */
import type { SigmaDocument } from '../ast.ts';
import { quote } from '../fault.ts';
import { sectionOf } from './condition.ts';
import { replaceScalar } from './edits.ts';
import type { CheckContext, Severity, Validator } from './types.ts';

const maxName = 256;
const maxDescription = 65_535;
const maxTimespan = 10;
const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;
const slashes = /^(\d{4})\/(\d\d?)\/(\d\d?)$/;
const relations = ['derived', 'obsolete', 'merged', 'renamed', 'similar'];

type Check = (document: SigmaDocument, context: CheckContext) => void;

export const schemaValidators: readonly Validator[] = [
  rule('id-format', 'warning', 'Ids are UUIDs in their usual form.', (document, { report, source }) => {
    if (document.id !== null && !uuid.test(document.id))
      report(`the id ${quote(document.id)} is not of the form 8-4-4-4-12`, source.place('id'));
  }),
  rule(
    'related',
    'warning',
    `Related rules have a UUID and one of the types ${relations.join(', ')}.`,
    (document, { report, source }) => {
      document.related.forEach(({ id, type }) => {
        if (!uuid.test(id))
          report(`the related id ${quote(id)} is not of the form 8-4-4-4-12`, source.place('related'));
        if (!relations.includes(type))
          report(`the type ${quote(type)} of related is not in the schema`, source.place('related'));
      });
    },
  ),
  rule(
    'length',
    'warning',
    `Name and taxonomy have at most ${maxName} characters, the description ${maxDescription}, a timespan ${maxTimespan}.`,
    (document, { report, source }) => {
      const limits = [
        ['name', document.name, maxName],
        ['taxonomy', document.taxonomy, maxName],
        ['description', document.description, maxDescription],
      ] as const;
      for (const [key, text, most] of limits) {
        if ((text?.length ?? 0) > most)
          report(`the ${key} is longer than ${most} characters`, source.place(key));
      }
      if (document.kind === 'correlation' && document.timespan.text.length > maxTimespan)
        report(
          `the timespan is longer than ${maxTimespan} characters`,
          source.childPlace('correlation', 'timespan'),
        );
    },
  ),
  rule('date-format', 'warning', 'Dates are written as 2025-01-31.', (document, context) => {
    for (const key of ['date', 'modified'] as const) {
      const iso = document[key];
      const written = iso !== null && context.source.hasLine(key, /\//) ? context.source.scalar(key) : null;
      if (written === null || !slashes.test(written.text)) continue;
      const edit = replaceScalar(context.source, written, written.text, iso as string);
      context.report(
        `${key} is written with slashes: ${iso} is meant`,
        written.position,
        edit ? [edit] : undefined,
      );
    }
  }),
  rule('lower-case', 'warning', 'Level and status are lower case.', (document, context) => {
    for (const key of ['level', 'status'] as const) {
      const lower = document[key];
      const written =
        lower !== null && context.source.hasLine(key, /[A-Z]/) ? context.source.scalar(key) : null;
      if (written === null || written.text === lower || written.text.toLowerCase() !== lower) continue;
      const edit = replaceScalar(context.source, written, written.text, lower as string);
      context.report(
        `${key} is ${quote(written.text)}, not ${lower}`,
        written.position,
        edit ? [edit] : undefined,
      );
    }
  }),
  rule(
    'unique-items',
    'warning',
    'Fields, false positives, scopes, rules and group-by name nothing twice.',
    (document, { report, source }) => {
      for (const key of ['fields', 'falsepositives', 'scope'] as const) {
        const index = repeatIn(document[key]);
        if (index !== -1)
          report(
            `${key} lists ${quote(document[key][index] as string)} twice`,
            source.entryPlace(key, index),
          );
      }
      if (document.kind === 'rule' || document.rules === 'any') return;
      const section = sectionOf(document);
      const chain = document.kind === 'correlation' ? document.chain : undefined;
      // In a chain one rule twice means two processes.
      const index = chain ? -1 : repeatIn(document.rules);
      if (index !== -1)
        report(
          `rules lists ${quote(document.rules[index] as string)} twice`,
          source.childPlace(section, 'rules'),
        );
      if (chain && repeatIn(chain.notBetween) !== -1)
        report('not-between lists a rule twice', source.childPlace(section, 'not-between'));
      if (document.kind === 'correlation' && repeatIn(document.groupBy) !== -1)
        report('group-by lists a field twice', source.childPlace(section, 'group-by'));
    },
  ),
  rule(
    'short-text',
    'warning',
    'False positives and scopes have at least two characters.',
    (document, { report, source }) => {
      for (const key of ['falsepositives', 'scope'] as const) {
        document[key].forEach((text, index) => {
          if (text.length < 2) report(`${key} has an entry ${quote(text)}`, source.entryPlace(key, index));
        });
      }
    },
  ),
  rule(
    'condition-text',
    'info',
    'A rule has one condition; a list of them is older than the schema.',
    (document, { report, source }) => {
      if (document.kind === 'rule' && document.conditions.length > 1)
        report(
          'the condition is a list: not every tool reads it',
          source.childPlace('detection', 'condition'),
        );
    },
  ),
  rule(
    'keyword-type',
    'warning',
    'Keywords are text or whole numbers, in a list.',
    (_document, { items, report, source }) => {
      for (const { item, detection } of items) {
        if (item.field !== null || item.modifiers.length > 0) continue;
        const odd = item.values.findIndex(
          (value) =>
            value.kind !== 'string' && !(value.kind === 'number' && /^-?\d+$/.test(String(value.value))),
        );
        if (odd !== -1)
          report(
            `${quote(detection)} has a keyword that is neither text nor a whole number`,
            source.valuePlace(item.position, odd),
          );
        if (item.values.length > 1) continue;
        const [only, second] = source.values(item.position);
        if (
          only !== undefined &&
          second === undefined &&
          only.line === item.position.line &&
          !/^[[{&*|>]/.test(only.text)
        )
          report(`${quote(detection)} is a single value: the schema wants a list`, item.position);
      }
    },
  ),
  rule(
    'group-by',
    'warning',
    'A correlation says by which fields it groups.',
    (document, { report, source }) => {
      // A chain is one of its host anyway.
      if (document.kind === 'correlation' && document.groupBy.length === 0 && !document.chain)
        report('the correlation has no group-by', source.place('correlation'));
    },
  ),
];

function rule(name: string, severity: Severity, description: string, check: Check): Validator {
  return {
    name: `schema_${name.replaceAll('-', '_')}`,
    group: 'schema',
    byDefault: true,
    severity,
    description,
    check,
  };
}

/** The first entry that was there before, or -1. */
function repeatIn(list: readonly string[]): number {
  const seen = new Set<string>();
  return list.findIndex((text) => seen.size === seen.add(text).size);
}
