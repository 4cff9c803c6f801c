import { describe, expect, it } from 'vitest';
import { canonicalise, Field, FieldTable, ObjectBatch } from '../../src/events/index.ts';

describe('ObjectBatch', () => {
  it('has cells for wanted fields, and the events themselves', () => {
    const fields = new FieldTable();
    const image = fields.add('image');
    const objects = new ObjectBatch('t.csv', fields);
    const event = canonicalise({ EventID: '1', Image: 'C:\\a', Unwanted: 'x', Nothing: null }, 't.csv');
    objects.add(event, 7);
    const { batch } = objects;
    expect(batch.length).toBe(1);
    const cells = Array.from({ length: batch.cells }, (_, cell) => [
      batch.cellField[cell],
      batch.value(cell),
    ]);
    expect(cells).toEqual([
      [Field.EventID, 1],
      [image, 'C:\\a'],
    ]);
    expect(batch.event(0)).toBe(event);
    expect(batch.position(0)).toBe(7);
    objects.clear();
    expect([batch.length, batch.cells]).toEqual([0, 0]);
  });

  it('notices fields that became wanted', () => {
    const fields = new FieldTable();
    const objects = new ObjectBatch('t', fields);
    const event = canonicalise({ A: 1, B: 2 }, 't');
    objects.add(event, 1);
    fields.add('B');
    objects.add(event, 2);
    expect([objects.batch.rowStart[1], objects.batch.rowStart[2]]).toEqual([0, 1]);
  });

  it('wants all fields of a table that takes all, up to its limit', () => {
    const fields = new FieldTable(true, 8);
    const objects = new ObjectBatch('t', fields);
    objects.add(canonicalise({ A: 1, B: [1, 2], C: 3, D: 4 }, 't'), 1);
    expect(Array.from({ length: objects.batch.cells }, (_, cell) => objects.batch.value(cell))).toEqual([
      1,
      [1, 2],
    ]);
  });
});
