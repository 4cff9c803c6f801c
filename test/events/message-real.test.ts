import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { FieldTable, foldFieldName, messageFields, sysmonEvents } from '../../src/events/index.ts';
import { defaultLimits, readAll } from '../../src/sources/index.ts';
import { sharedPath } from '../support/data.ts';

const mordor = sharedPath('data', 'mordor');

/**
 * Where the rendered text can not say what the event's data say: Windows puts words for numbers (`%%1842` is `Yes`),
 * upper case in hexadecimal, names for keys, and one end for every list of lines.
 */
function differsByRendering(name: string, value: string, text: string): string | null {
  if (value.toLowerCase() === text.toLowerCase() && /^0x/i.test(value)) return 'hexadecimal in upper case';
  if (/%%\d/.test(value)) return 'words for message numbers';
  const squeeze = (one: string) =>
    one
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&')
      .replace(/&quot;/g, '"')
      .replace(/\s+/g, ' ')
      .trim();
  if (squeeze(value) === squeeze(text)) return /&\w+;/.test(value) ? 'entities' : 'line ends and tabulators';
  if (/%\w/.test(value)) return 'percent signs, which the renderer takes for insertions';
  if (value === 'null' && text === '') return 'null for nothing';
  if (/[\u200e\u200f]/.test(text)) return 'times with marks of direction';
  if (name === 'DataDescription' || name === 'MasterKeyId')
    return 'two fields of 4695 that the manifest renders crosswise';
  return null;
}

describe.skipIf(mordor.missing)(`messages of recorded events${mordor.note}`, () => {
  let events = 0;
  let values = 0;
  let equal = 0;
  const classes = new Map<string, number>();
  const wrong: string[] = [];
  const nothing = new Set<string>();

  beforeAll(async () => {
    for await (const batch of readAll([mordor.path], {
      fields: new FieldTable(),
      limits: defaultLimits,
      onIssue: () => {},
    })) {
      for (let row = 0; row < batch.length; row++) {
        const { provider, eventId, fields } = batch.event(row);
        if (provider !== 'Microsoft-Windows-Sysmon' && provider !== 'Microsoft-Windows-Security-Auditing')
          continue;
        const text = fields['Message'];
        if (typeof text !== 'string') continue;
        events++;
        const pairs = messageFields(provider, eventId, text);
        if (pairs.length === 0) nothing.add(`${provider} ${eventId}`);
        const parsed = new Map(pairs.map(([name, value]) => [foldFieldName(name), value]));
        for (const name in fields) {
          // The shipper's own.
          if (name === 'type' || name === 'Severity') continue;
          const found = parsed.get(foldFieldName(name));
          if (found === undefined) continue;
          values++;
          const value = String(fields[name]);
          if (value === found) {
            equal++;
            continue;
          }
          const why = differsByRendering(name, value, found);
          if (why === null) wrong.push(`${eventId} ${name}: ${value.slice(0, 80)} | ${found.slice(0, 80)}`);
          else classes.set(why, (classes.get(why) ?? 0) + 1);
        }
      }
    }
  }, 120_000);

  it('are read, all kinds of them', () => {
    expect(events).toBeGreaterThan(200_000);
    expect([...nothing]).toEqual([]);
  });

  it('give the values that the events carry besides', () => {
    expect(wrong).toEqual([]);
    expect(values).toBeGreaterThan(2_400_000);
    expect(equal / values).toBeGreaterThan(0.98);
    expect([...classes.keys()].toSorted()).toEqual([
      'entities',
      'hexadecimal in upper case',
      'line ends and tabulators',
      'null for nothing',
      'percent signs, which the renderer takes for insertions',
      'times with marks of direction',
      'two fields of 4695 that the manifest renders crosswise',
      'words for message numbers',
    ]);
  });
});

describe('messages of Sysmon, rendered and read', () => {
  const text = fc.oneof(
    fc.constantFrom('-', '', 'a: b', 'C:\\a b.exe', 'x=y: z', 'Image:x', ' lead', 'trail ', '0x1410'),
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.replace(/[\r\n\u2028\u2029]/g, '')),
  );
  const event = fc.constantFrom(...sysmonEvents.values()).chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      values: fc.array(text, { minLength: kind.fields.length, maxLength: kind.fields.length }),
      end: fc.constantFrom('\r\n', '\n', '\r'),
    }),
  );

  it('give the same values', () => {
    fc.assert(
      fc.property(event, ({ kind, values, end }) => {
        const message = [`${kind.heading}:`, ...kind.fields.map((name, at) => `${name}: ${values[at]}`)].join(
          end,
        );
        expect(messageFields('Microsoft-Windows-Sysmon', kind.id, message)).toEqual(
          kind.fields.map((name, at) => [name, values[at]]),
        );
      }),
      { numRuns: 5000 },
    );
  });

  it('keep command lines of several lines, even with lines that look like fields', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'User: CORP\\administrator',
        'Image: C:\\fake.exe',
        'Hashes: MD5=1',
        'Own: x',
        '',
        'C:\\x',
      ),
      fc.string({ maxLength: 20 }).map((value) => value.replace(/[\r\n]/g, '')),
    );
    const kind = sysmonEvents.get(1) as { id: number; heading: string; fields: readonly string[] };
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        const command = ['cmd', ...lines, 'end'].join('\n');
        const values = new Map(
          kind.fields.map((name) => [name, name === 'CommandLine' ? command : `${name} of it`]),
        );
        const message = `Process Create:\r\n${[...values].map(([name, value]) => `${name}: ${value}`).join('\r\n')}`;
        expect(messageFields('Microsoft-Windows-Sysmon', 1, message)).toEqual([...values]);
      }),
      { numRuns: 2000 },
    );
  });

  it('may end early', () => {
    const whole = 'Process terminated:\r\nRuleName: -\r\nProcessId: 5\r\nImage: C:\\a.exe\r\nUser: x';
    for (let length = 0; length < whole.length; length++) {
      const pairs = messageFields('Microsoft-Windows-Sysmon', 5, whole.slice(0, length));
      for (const [name, value] of pairs) expect(whole).toContain(`${name}: ${value}`);
    }
  });
});
