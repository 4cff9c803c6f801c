import { describe, expect, test } from 'vitest';
import { fixtures } from './fixtures.ts';
import { found, openEvents } from './support.ts';

describe.each(fixtures)('$about', ({ events, finds }) => {
  test.each(finds)('%s', async (text, rows) => {
    const database = await openEvents(events);
    try {
      expect(await found(database, text)).toEqual(rows);
    } finally {
      database.close();
    }
  });
});
