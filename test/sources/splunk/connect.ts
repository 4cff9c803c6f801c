/** Connections to fake servers that end with the test. */
import { afterEach, expect } from 'vitest';
import { Secret } from '../../../src/config/index.ts';
import { HuntbookError, type ErrorCode } from '../../../src/errors.ts';
import type { EngineRow, SearchEnd, SearchRequest } from '../../../src/sources/index.ts';
import { SplunkEngine } from '../../../src/sources/splunk/engine.ts';
import type { SplunkSettings, SplunkTuning } from '../../../src/sources/splunk/types.ts';
import { FakeSplunk, type FakeOptions } from './fake-splunk.ts';

const open: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await (each.close?.() ?? each.stop?.());
});

export const quick: Partial<SplunkTuning> = {
  tries: 3,
  retryFirst: 1,
  retryMost: 20,
  pollFirst: 1,
  pollMost: 5,
  connect: 2000,
  patience: 2000,
  touch: 0,
};

export async function serve(options: FakeOptions = {}): Promise<FakeSplunk> {
  const fake = await FakeSplunk.start(options);
  open.push({ stop: () => fake.stop() });
  return fake;
}

export const alice = { username: 'alice', password: new Secret('secret') };

export function connect(
  fake: FakeSplunk,
  settings: Partial<SplunkSettings> = alice,
  tuning: Partial<SplunkTuning> = {},
): SplunkEngine {
  const engine = new SplunkEngine({ url: fake.url, ...settings }, { ...quick, ...tuning });
  open.push(engine);
  return engine;
}

export interface Whole extends SearchEnd {
  readonly fields: readonly string[] | null;
  readonly all: EngineRow[];
}

export async function searchAll(engine: SplunkEngine, request: Partial<SearchRequest> = {}): Promise<Whole> {
  const result = await engine.search({ query: 'index=main', ...request });
  const all: EngineRow[] = [];
  for await (const row of result.rows) all.push(row);
  return { ...result.end(), fields: result.fields, all };
}

/** The error that it ends with. */
export async function faultOf(work: Promise<unknown>, code?: ErrorCode): Promise<HuntbookError> {
  const error = await work.then(
    () => new Error('nothing went wrong'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HuntbookError);
  if (code !== undefined) expect(error).toMatchObject({ code });
  return error as HuntbookError;
}

export const until = async (condition: () => boolean): Promise<void> => {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 400) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

export const numbered = (count: number): { n: string; host: string }[] =>
  Array.from({ length: count }, (_, index) => ({ n: String(index), host: `ws${index % 3}` }));
