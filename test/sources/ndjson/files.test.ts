import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HuntbookError } from '../../../src/errors.ts';
import { FieldTable } from '../../../src/events/index.ts';
import { readJson } from '../../../src/sources/ndjson/index.ts';
import { defaultLimits, type ByteInput } from '../../../src/sources/types.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-ndjson-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, bytes: Uint8Array): ByteInput {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return { name, path: file, size: bytes.length, stream: () => once(bytes) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function eventIds(input: ByteInput): Promise<unknown[]> {
  const ids: unknown[] = [];
  const options = { fields: new FieldTable(), limits: defaultLimits, onIssue: () => {} };
  for await (const batch of readJson(input, options)) {
    for (let cell = 0; cell < batch.cells; cell++) ids.push(batch.value(cell));
  }
  return ids;
}

describe('files', () => {
  const text = '{"EventID":1}\n{"EventID":2}\n';
  const forms: [string, Uint8Array][] = [
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le')],
  ];
  it.each(forms)('are read in %s', async (name, bytes) => {
    expect(await eventIds(fileOf(`${name}.json`, bytes))).toEqual([1, 2]);
  });

  it('are read when they are empty or larger than the buffer', async () => {
    expect(await eventIds(fileOf('empty.json', Buffer.alloc(0)))).toEqual([]);
    const many = Array.from({ length: 200_000 }, (_, at) => at);
    const lines = Buffer.from(many.map((at) => `{"EventID":${at}}`).join('\n'));
    expect(await eventIds(fileOf('many.json', lines))).toEqual(many);
  });

  it('that cannot be read fail with HB_READ and their name', async () => {
    const input: ByteInput = {
      name: 'gone.json',
      path: path.join(folder, 'gone.json'),
      stream: () => once(Buffer.alloc(0)),
    };
    const failure = await eventIds(input).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HuntbookError);
    expect((failure as HuntbookError).code).toBe('HB_READ');
    expect((failure as HuntbookError).message).toContain('gone.json');
  });
});
