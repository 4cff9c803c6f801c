import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalise, foldFieldName, type Value } from '../../src/events/index.ts';

const shared = path.resolve(import.meta.dirname, '../../../shared');
const oracle = path.join(shared, 'oracle/regression_events.jsonl');
const samples = path.join(shared, 'data/sigma/regression_data');

interface Expected {
  readonly event_id: string;
  readonly sample: string;
  readonly fields: Record<string, Value>;
}

describe.skipIf(!existsSync(oracle) || !existsSync(samples))('the regression samples of SigmaHQ', () => {
  it('give every field of the reference, by folded name, with equal values', () => {
    const files = new Map(
      globSync('**/*.json', { cwd: samples }).map((file) => [path.basename(file, '.json'), file]),
    );
    const lines = readFileSync(oracle, 'utf8').trim().split('\n');
    let compared = 0;
    for (const line of lines) {
      const expected = JSON.parse(line) as Expected;
      const file = files.get(expected.sample) as string;
      const objects = readFileSync(path.join(samples, file), 'utf8').split(/\n(?=\{)/u);
      const number = Number(expected.event_id.split('#')[1]);
      const object = JSON.parse(objects[number] as string) as Record<string, unknown>;
      const event = canonicalise(object, file);
      const folded = new Map(
        Object.entries(event.fields).map(([name, value]) => [foldFieldName(name), value]),
      );
      for (const [name, value] of Object.entries(expected.fields)) {
        expect([name, folded.get(foldFieldName(name))]).toEqual([name, value]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(5000);
  });
});
