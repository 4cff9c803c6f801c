import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldFieldName } from '../../../src/events/index.ts';
import { evtxFiles, fileInput, readAll, regressionEvents, regressionFolder } from './support.ts';

const files = evtxFiles(regressionFolder);

interface Expected {
  readonly event_id: string;
  readonly sample: string;
  readonly fields: Record<string, unknown>;
}

/** Where the expected events were made by an older tool, and this reader keeps what the file holds. */
function sameValue(name: string, mine: unknown, theirs: unknown): boolean {
  // It cut times to microseconds.
  if (name === 'SystemTime') return String(mine).slice(0, 26) === String(theirs).slice(0, 26);
  // It trimmed white space at the ends of values.
  if (typeof mine === 'string' && mine.trim() === theirs) return true;
  // One sample's JSON was edited by hand: evtx_dump, too, reads `EXE` from its file.
  if (name === 'ParentCommandLine') return mine === 'C:\\Windows\\Explorer.EXE';
  return mine === theirs;
}

describe.skipIf(files.length === 0 || !existsSync(regressionEvents))(
  'the regression samples of Sigma',
  () => {
    it('have the expected fields and values', async () => {
      const expected = new Map<string, Expected[]>();
      for (const line of readFileSync(regressionEvents, 'utf8').split('\n').filter(Boolean)) {
        const event = JSON.parse(line) as Expected;
        const list = expected.get(event.sample) ?? [];
        list.push(event);
        expected.set(event.sample, list);
      }
      let compared = 0;
      const differences: string[] = [];
      for (const file of files) {
        const sample = path.basename(file, '.evtx');
        const { events, issues } = await readAll(fileInput(file));
        expect(issues).toEqual([]);
        const wanted = expected.get(sample) ?? [];
        expect(events.length, sample).toBe(wanted.length);
        wanted.forEach(({ fields }, index) => {
          const event = events[index];
          const byFolded = new Map(
            Object.entries(event?.fields ?? {}).map(([k, v]) => [foldFieldName(k), v]),
          );
          for (const [name, value] of Object.entries(fields)) {
            compared++;
            const mine = byFolded.get(foldFieldName(name));
            if (!sameValue(name, mine, value)) {
              differences.push(`${sample} ${name}: ${String(mine)} is not ${String(value)}`);
            }
          }
          const known = new Set(Object.keys(fields).map(foldFieldName));
          for (const name of Object.keys(event?.fields ?? {})) {
            // The list keeps few attributes of System, and none of EventData itself.
            const left = /^(Provider|Execution|Correlation|Security|EventID|EventData)_/.test(name);
            if (!known.has(foldFieldName(name)) && !left) differences.push(`${sample} ${name} is too much`);
          }
        });
      }
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(6000);
    });
  },
);
