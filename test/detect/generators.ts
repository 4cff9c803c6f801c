/** Random rules and events over few letters and fields, so that they meet often. */
import fc from 'fast-check';
import type { EventFields } from '../../src/events/index.ts';

const letters = fc.constantFrom(
  'a',
  'B',
  'b',
  'ß',
  'É',
  'é',
  '\\',
  '.exe',
  ' ',
  '-',
  '/',
  '1',
  '😀',
  'powershell',
);
const word = fc.array(letters, { minLength: 0, maxLength: 6 }).map((parts) => parts.join(''));
const pattern = fc
  .array(fc.oneof(letters, fc.constantFrom('*', '?', '\\*', '\\?', '\\\\')), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));
const field = fc.constantFrom('Image', 'CommandLine', 'image', 'Parent Image', 'ParentImage', 'N');
const scalar = fc.oneof(word, fc.integer({ min: -3, max: 12 }), fc.boolean());
export const eventFields: fc.Arbitrary<EventFields> = fc.dictionary(
  fc.constantFrom('Image', 'CommandLine', 'Parent Image', 'N', 'Other'),
  fc.oneof(
    { weight: 6, arbitrary: scalar },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  ),
  { maxKeys: 5 },
);

const text = fc.oneof(pattern, word);
const item = fc.oneof(
  fc.tuple(
    field,
    fc.constantFrom(
      '',
      '|contains',
      '|startswith',
      '|endswith',
      '|cased',
      '|contains|cased',
      '|contains|all',
      '|neq',
      '|windash|contains',
    ),
    fc.array(text, { minLength: 1, maxLength: 4 }),
  ),
  fc.tuple(
    field,
    fc.constantFrom('|re', '|re|i'),
    fc.array(
      fc.constantFrom('a+b', '^b', 'exe$', '(?i)É', 'a|power', '.{3,}', '\\\\b', '[ab]{2}', 'x?shell'),
      { minLength: 1, maxLength: 3 },
    ),
  ),
  fc.tuple(
    field,
    fc.constantFrom('', '|gt', '|lte'),
    fc.array(fc.integer({ min: -3, max: 12 }), { minLength: 1, maxLength: 2 }),
  ),
  fc.tuple(field, fc.constant('|exists'), fc.boolean()),
  fc.tuple(field, fc.constant(''), fc.constantFrom(null, true, false)),
  fc.tuple(
    field,
    fc.constantFrom('|fieldref', '|fieldref|contains', '|fieldref|endswith'),
    fc.constantFrom('Image', 'CommandLine', 'N'),
  ),
  fc.tuple(
    fc.constant(''),
    fc.constantFrom('|contains', '|all'),
    fc.array(text, { minLength: 1, maxLength: 3 }),
  ),
);
const detection = fc
  .uniqueArray(item, { minLength: 1, maxLength: 3, selector: ([name, modifier]) => name + modifier })
  .map((items) => Object.fromEntries(items.map(([name, modifier, value]) => [name + modifier, value])));
const keywords = fc.array(text, { minLength: 1, maxLength: 3 });
export const selection = fc.oneof(
  { weight: 5, arbitrary: detection },
  { weight: 2, arbitrary: fc.array(detection, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: keywords },
);
export const condition = fc.constantFrom(
  's1',
  's1 and s2',
  's1 or s2',
  's1 and not s2',
  'not s1',
  'not (s1 or s2)',
  '1 of s*',
  'all of s*',
  '(s1 or s2) and not s3',
  'not s1 and not s2 or s3',
  '1 of s* and not s3',
);
