import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../src/config/index.ts';
import { HuntbookError } from '../../src/errors.ts';

const value = 'hunter2-é';
const secret = new Secret(value);
const holder = {
  url: 'https://splunk.example:8089',
  password: secret,
  list: [secret],
  map: new Map([[1, secret]]),
};

test('a secret gives its value when it is asked for, and only then', () => {
  expect(secret.reveal()).toBe(value);
});

test.each<[string, () => string]>([
  ['a template', () => `${secret}`],
  ['a sum of texts', () => 'password ' + (secret as unknown as string)],
  ['String()', () => String(secret)],
  ['JSON', () => JSON.stringify(holder)],
  ['an inspection', () => inspect(holder, { depth: null, showHidden: true })],
  [
    'an inspection without custom functions',
    () => inspect(holder, { depth: null, showHidden: true, customInspect: false }),
  ],
  ['a format', () => format('%s %o %O %j', secret, secret, secret, secret)],
  ['a copy', () => inspect(structuredClone(holder), { depth: null, showHidden: true })],
  ['a spread', () => JSON.stringify({ ...secret }) + Object.values(secret).join()],
  [
    'an error',
    () =>
      inspect(new HuntbookError('HB_AUTH', `login failed with ${secret}`, { cause: holder }), {
        depth: null,
      }),
  ],
])('it does not show in %s', (_, show) => {
  expect(show()).not.toContain('hunter2');
});

test('where it is shown, it is shown as stars', () => {
  expect(`${secret}`).toBe('***');
  expect(JSON.stringify({ secret })).toBe('{"secret":"***"}');
  expect(inspect(secret)).toBe('***');
});
