/**
 * The events that every engine is asked about, as one file: recorded attacks and the regression events of SigmaHQ,
 * in canonical names, each with a digest of what it says as one more field. By this it is known again in every answer.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import {
  FieldTable,
  ObjectBatch,
  toJson,
  type EventBatch,
  type EventFields,
} from '../../src/events/index.ts';
import { contentOf } from '../../src/hunt/finding.ts';
import { defaultLimits, readAll } from '../../src/sources/index.ts';
import { eventOf } from '../detect/support.ts';

/** The field with the digest. */
export const digestField = 'ParityId';

/** In letters that stand beside each other in no rule, so that no keyword is found in a digest. */
function digestOf(content: string): string {
  const bytes = createHash('sha256').update(content).digest();
  return [...bytes.subarray(0, 10)]
    .map((byte) => [6, 4, 2, 0].map((shift) => 'jqxz'[(byte >> shift) & 3]).join(''))
    .join('');
}

export class Corpus {
  readonly file: string;
  events = 0;
  /** Different events: equal ones are one. */
  readonly digests = new Set<string>();
  readonly #out: number;

  constructor(file: string) {
    this.file = file;
    this.#out = openSync(file, 'w');
  }

  add(batch: EventBatch): void {
    let text = '';
    for (let row = 0; row < batch.length; row++) {
      const event = batch.event(row);
      const digest = digestOf(contentOf(event));
      this.digests.add(digest);
      this.events++;
      text += `${toJson({ ...event.fields, [digestField]: digest })}\n`;
    }
    writeSync(this.#out, text);
  }

  /** Lines as the reference wrote them: `{ fields: … }`. */
  addRegression(file: string): void {
    const batch = new ObjectBatch('regression', new FieldTable());
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    lines.forEach((line, at) => {
      const { fields } = JSON.parse(line) as { fields: EventFields };
      // What Windows writes with spaces is there without them too; as one field the two would be a list.
      const spaced = new Set(
        Object.keys(fields).flatMap((name) => (/ /.test(name) ? [name.replaceAll(' ', '')] : [])),
      );
      const own = Object.entries(fields).filter(([name]) => !spaced.has(name));
      batch.add(eventOf(Object.fromEntries(own)), at + 1);
    });
    this.add(batch.batch);
  }

  async addFiles(paths: readonly string[]): Promise<void> {
    const options = { fields: new FieldTable(), limits: defaultLimits, onIssue: () => {} };
    for await (const batch of readAll(paths, options)) this.add(batch);
  }

  end(): void {
    closeSync(this.#out);
  }
}
