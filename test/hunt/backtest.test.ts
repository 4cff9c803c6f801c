import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backtest, type BacktestPlan, type CheckResult } from '../../src/hunt/index.ts';
import { sharedPath } from '../support/data.ts';
import { huntsFolder, makeEstate, rulesIn, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

type Case = BacktestPlan['cases'][number];

function planOf(...cases: (Partial<Case> & Pick<Case, 'events'>)[]): BacktestPlan {
  return {
    rules: [],
    cases: cases.map((one) => ({ name: 'case', expect: [], unexpected: 'ignore', ...one })),
  };
}

describe('a backtest', () => {
  it('counts each case for itself, though one matcher does them all', async () => {
    const estate = await makeEstate(path.join(folder, 'estate'));
    const events = [path.join(estate.eventsFolder, 'events.ndjson')];
    const rules = await rulesIn(huntsFolder);
    const expect1 = [{ rule: 'Lsass Memory Dump Written by Task Manager', exactly: 1 }];
    const heard: CheckResult[] = [];
    const results = await backtest(
      planOf(
        { events, expect: expect1 },
        { events, expect: expect1 },
        { events: [...events, ...events], expect: expect1 },
      ),
      rules,
      (result) => heard.push(result),
    );
    expect(results.map(({ actual, passed }) => [actual, passed])).toEqual([
      [1, true],
      [1, true],
      // A file given twice is read once.
      [1, true],
    ]);
    expect(heard).toEqual(results);
  });

  it('fails what can not be relied on', async () => {
    const rules = await rulesIn(huntsFolder);
    const quiet = [{ rule: 'Event Log Cleared', exactly: 0 }];
    const [missing] = await backtest(planOf({ events: [path.join(folder, 'gone')], expect: quiet }), rules);
    expect(missing).toMatchObject({ passed: false, actual: 0 });
    expect(missing?.message).toContain('no such file');
    const [unread] = await backtest(planOf({ events: [import.meta.filename], expect: quiet }), rules);
    expect(unread?.passed).toBe(false);
    expect(unread?.message).toContain('backtest.test.ts');
    const [all] = await backtest(planOf({ events: [path.join(folder, 'gone')], unexpected: 'fail' }), rules);
    expect(all).toMatchObject({ rule: 'all other rules', passed: false });
  });
});

const regression = sharedPath('data', 'sigma', 'regression_data');

describe.skipIf(regression.missing)(`recorded attacks${regression.note}`, () => {
  it('fire the rules they were recorded for', async () => {
    const samples = readdirSync(regression.path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.evtx'))
      .toSorted();
    const chosen = Array.from(
      { length: 20 },
      (_, i) => samples[Math.floor((i * samples.length) / 20)] as string,
    );
    // The tree of recordings is that of the rules.
    const rules = await rulesIn(
      ...new Set(
        chosen.map((name) => {
          const parts = path.dirname(path.dirname(name));
          return sharedPath('data', 'sigma', parts).path;
        }),
      ),
    );
    const results = await backtest(
      planOf(
        ...chosen.map((name) => ({
          name,
          events: [path.join(regression.path, name)],
          expect: [{ rule: path.basename(name, '.evtx'), atLeast: 1 }],
        })),
      ),
      rules,
    );
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results).toHaveLength(20);
  });
});
