/** The scanner gives the same fields as `JSON.parse` and `canonicalise`, whatever the bytes and the blocks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalise, FieldTable, foldFieldName } from '../../../src/events/index.ts';
import { parseJson } from '../../../src/sources/ndjson/parse-json.ts';
import { cellsOf, comparable, read } from './support.ts';

/**
 * Names do not end in a backslash: having read `{"x":1,"a\\":1}`, JSON.parse of Node 24.9 takes the second name of
 * `{"x":1,"a\u0041":1}`, and any other name that begins so and goes on with an escape, for `a\`.
 */
const anyName = (constraints: fc.StringConstraints) =>
  fc.string(constraints).map((name) => name.replace(/\\$/u, '/'));

/** Names that mean something to a shape, so that shapes meet and collide. */
const names = fc.constantFrom(
  'Event',
  'System',
  'EventData',
  'UserData',
  'EventID',
  'Channel',
  'Computer',
  'Provider',
  'Name',
  '#attributes',
  '#text',
  'TimeCreated',
  'SystemTime',
  'Data',
  '@Name',
  'winlog',
  'event_data',
  'event_id',
  'channel',
  'Image',
  'process',
  'executable',
  'hash',
  'md5',
  'user',
  'name',
  'domain',
  'file',
  'path',
  'host',
  'Hostname',
  'event',
  'code',
  'provider',
  'SourceName',
  'EventTime',
  '@timestamp',
  'UtcTime',
  'EventReceivedTime',
  'ProcessID',
  'Message',
  'message',
  'EventType',
  'EventCode',
  '_raw',
  'preview',
  'result',
  '_source',
  'a',
  'a.b',
  '',
  '__proto__',
  'constructor',
  'Hashes',
  'User',
  'RecordNumber',
  'Keywords',
  'Id',
  'ä',
  '\u0000',
  'x"y',
  'back\\slash',
  'tags',
);
const texts = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    '4688',
    '007',
    'security',
    'Microsoft-Windows-Sysmon',
    'INFO',
    'AUDIT_SUCCESS',
    'C:\\a',
  ),
  fc.constantFrom('2020-09-22 04:37:45', '2020-09-22T08:37:48.541Z', '2020-09-22 04:37:48', 'x'.repeat(200)),
  fc.constantFrom(
    '\\'.repeat(61),
    `${'y'.repeat(60)}\\`,
    `${'"'.repeat(70)}z`,
    'Registry value set:\r\nEventType: SetValue',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 90 }),
);
const scalars = fc.oneof(
  texts,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constantFrom<unknown>(null, 12, 13, 1102, 9223372036854775000),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: scalars, weight: 6 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 1 },
    {
      arbitrary: fc.dictionary(fc.oneof(names, anyName({ maxLength: 4 })), tie('value'), { maxKeys: 5 }),
      weight: 3,
    },
  ),
}));
const objects = fc.dictionary(
  fc.oneof({ arbitrary: names, weight: 5 }, { arbitrary: anyName({}), weight: 1 }),
  values,
  {
    maxKeys: 9,
  },
);

/** JSON text of a value with white space and escapes at the whim of a seed. */
function write(value: unknown, random: () => number, newline: string): string {
  const space = (): string => {
    const pick = random();
    return pick < 0.7 ? '' : pick < 0.8 ? ' ' : pick < 0.9 ? '\t' : newline;
  };
  if (Array.isArray(value)) {
    return `[${space()}${value.map((item) => write(item, random, newline)).join(`${space()},${space()}`)}${space()}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, item]) => `${writeText(name, random)}${space()}:${space()}${write(item, random, newline)}`,
    );
    return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
  }
  return typeof value === 'string' ? writeText(value, random) : JSON.stringify(value);
}

function writeText(text: string, random: () => number): string {
  const plain = JSON.stringify(text);
  if (random() < 0.8) return plain;
  return plain.replace(/\\.[0-9a-f]{0,4}|[^"\\]/gu, (part) => {
    if (part.length > 1 || random() < 0.7 || part.charCodeAt(0) > 0xd7ff) return part;
    return `\\u${part.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    state ^= state >>> 15;
    return (state >>> 0) / 2 ** 32;
  };
}

async function expectAgreement(
  objectsIn: readonly object[],
  seed: number,
  block: number,
  form: number,
): Promise<void> {
  const random = generator(seed);
  const newline = form === 0 ? ' ' : '\n';
  const written = objectsIn.map((object) => write(object, random, newline));
  const text = form === 2 ? `[${written.join(',')}]` : `${written.join(form === 3 ? '\r\n' : '\n')}\n`;
  const { rows, issues } = await read(text, { block, buffer: block + (seed & 31) });
  expect(issues).toEqual([]);
  expect(rows.length).toBe(written.length);
  for (const [at, row] of rows.entries()) {
    const event = canonicalise(parseJson(written[at] as string) as Record<string, unknown>, 'test.json');
    expect(comparable(row.cells)).toEqual(comparable(cellsOf(event)));
    expect(row.event).toEqual(event);
  }
}

/** The same with few wanted fields, so that most values are skipped. */
async function expectWanted(
  objectsIn: readonly object[],
  wanted: readonly string[],
  seed: number,
): Promise<void> {
  const random = generator(seed);
  const written = objectsIn.map((object) => write(object, random, ' '));
  const fields = new FieldTable();
  for (const name of wanted) fields.add(name);
  const folded = new Set(fields.names.map(foldFieldName));
  const { rows, issues } = await read(written.join('\n'), { fields, buffer: 16 + (seed & 255) });
  expect(issues).toEqual([]);
  for (const [at, row] of rows.entries()) {
    const event = canonicalise(parseJson(written[at] as string) as Record<string, unknown>, 'test.json');
    const expected = Object.entries(cellsOf(event)).filter(([name]) => folded.has(name));
    const { [foldFieldName('\u0000other')]: _, ...cells } = row.cells;
    expect(comparable(cells)).toEqual(comparable(Object.fromEntries(expected)));
  }
}

describe('cells of the scanner', () => {
  it('are those of the wanted fields only', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(objects, { minLength: 1, maxLength: 4 }),
        fc.subarray([
          'Image',
          'Hashes',
          'User',
          'EventType',
          'a.b',
          'winlog.a',
          'Message',
          'md5',
          'tags',
          'ProcessID',
        ]),
        fc.integer(),
        expectWanted,
      ),
      { numRuns: Number(process.env['HUNTBOOK_RUNS'] ?? 300) },
    );
  });

  it('equal those of JSON.parse and canonicalise for any objects, white space, escapes and blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(objects, { minLength: 1, maxLength: 4 }),
        fc.integer(),
        fc.integer({ min: 1, max: 80 }),
        fc.nat(3),
        expectAgreement,
      ),
      { numRuns: Number(process.env['HUNTBOOK_RUNS'] ?? 500) },
    );
  });
});
