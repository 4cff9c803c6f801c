import { describe, expect, it } from 'vitest';
import { FieldTable } from '../../../src/events/index.ts';
import { defaultLimits, openBatches, type SourceIssue } from '../../../src/sources/index.ts';

/** An input that is written to while it is read. */
class Pipe {
  readonly #waiting: ((block: Uint8Array | null) => void)[] = [];
  readonly #blocks: (Uint8Array | null)[] = [];

  write(text: string | null): void {
    const block = text === null ? null : Buffer.from(text);
    const reader = this.#waiting.shift();
    if (reader) reader(block);
    else this.#blocks.push(block);
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const ready = this.#blocks.shift();
      const block =
        ready !== undefined
          ? ready
          : await new Promise<Uint8Array | null>((take) => this.#waiting.push(take));
      if (block === null) return;
      yield block;
    }
  }
}

function open(pipe: Pipe, issues: SourceIssue[] = []): AsyncGenerator<number[]> {
  const batches = openBatches(
    { name: '-', stream: () => pipe.stream() },
    { fields: new FieldTable(true), limits: defaultLimits, onIssue: (issue) => issues.push(issue) },
  );
  return (async function* () {
    for await (const batch of batches) {
      yield Array.from({ length: batch.length }, (_, row) => batch.event(row).fields['n'] as number);
    }
  })();
}

const line = (n: number, size = 20): string => `{"n":${n},"text":"${'x'.repeat(size)}"}\n`;

describe('a live pipe', () => {
  it('gives lines when they arrive', async () => {
    const pipe = new Pipe();
    const batches = open(pipe);
    const next = async (): Promise<number[] | undefined> =>
      (await batches.next()).value as number[] | undefined;
    pipe.write(line(1));
    expect(await next()).toEqual([1]);
    pipe.write(line(2) + line(3) + '{"n":4,');
    expect(await next()).toEqual([2, 3]);
    pipe.write('"text":"y"}\n' + line(5));
    expect(await next()).toEqual([4, 5]);
    pipe.write(line(6, 300_000).slice(0, 200_000));
    pipe.write(line(6, 300_000).slice(200_000));
    expect(await next()).toEqual([6]);
    pipe.write('{"n":7}');
    pipe.write(null);
    expect(await next()).toEqual([7]);
    expect(await next()).toBe(undefined);
  });

  it('gives the elements of an array and of a wrapper when they arrive', async () => {
    const pipe = new Pipe();
    const issues: SourceIssue[] = [];
    const batches = open(pipe, issues);
    pipe.write('{"Records":[\n{"n":1},\n{"n":2}');
    expect((await batches.next()).value).toEqual([1, 2]);
    pipe.write(',\n{"n":3}\n');
    expect((await batches.next()).value).toEqual([3]);
    pipe.write(']}');
    pipe.write(null);
    expect((await batches.next()).done).toBe(true);
    expect(issues).toEqual([]);
  });

  it('is let go of without waiting for more', async () => {
    const pipe = new Pipe();
    const batches = open(pipe);
    pipe.write(line(1));
    expect((await batches.next()).value).toEqual([1]);
    await batches.return(undefined);
  });

  it('that breaks off is reported when its lines were given', async () => {
    const issues: SourceIssue[] = [];
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(line(1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw Object.assign(new Error('EIO: i/o error, read'), { errno: -5 });
    }
    const options = {
      fields: new FieldTable(),
      limits: defaultLimits,
      onIssue: (issue: SourceIssue) => issues.push(issue),
    };
    let rows = 0;
    for await (const batch of openBatches({ name: '-', stream }, options)) {
      rows += batch.length;
      // The consumer is slower than the failure.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(rows).toBe(1);
    expect(issues.map(({ code }) => code)).toEqual(['HB_READ']);
  });
});
