import { describe, expect, it } from 'vitest';
import { FieldResolver, type ElasticEngine } from '../../../src/sources/index.ts';

const keyword = { types: ['keyword'], searchable: true, aggregatable: true };
const caps = new Map(['Threat Name', 'SourceProcessGUID', 'Image', 'image'].map((name) => [name, keyword]));
const engine = {
  settings: { product: 'opensearch' },
  fieldCaps: () => Promise.resolve(caps),
  wire: { call: () => Promise.resolve({ hits: { total: { value: 0 } } }) },
} as unknown as ElasticEngine;

describe('names of fields in an index', () => {
  it.each([
    ['ThreatName', 'Threat Name'],
    ['SourceProcessGuid', 'SourceProcessGUID'],
    ['Image', 'Image'],
    ['image', 'image'],
  ])('%s is asked as %s', async (asked, field) => {
    const { fields, missing } = await new FieldResolver(engine).resolve('logs', [asked]);
    expect(missing).toEqual([]);
    expect(JSON.parse(fields)).toEqual({ [asked]: { field, type: 'keyword' } });
  });

  it('that no event has under any spelling are named as the rule names them', async () => {
    const { missing } = await new FieldResolver(engine).resolve('logs', ['Threat']);
    expect(missing).toEqual([{ field: 'Threat', reason: 'the index has no such field', absent: true }]);
  });
});
