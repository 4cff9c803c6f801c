/**
 * A search engine in memory. It knows the query of every rule beforehand and answers by the matcher, so that what is
 * tested is the hunt and not a language.
 */
import { Matcher, type RuleSet } from '../../../src/detect/index.ts';
import { HuntbookError } from '../../../src/errors.ts';
import { canonicalise, FieldTable, ObjectBatch } from '../../../src/events/index.ts';
import { Translator } from '../../../src/hunt/remote/translate.ts';
import type { RemoteHuntOptions } from '../../../src/hunt/index.ts';
import type { EngineRow, SearchEngine, SearchRequest, SearchResult } from '../../../src/sources/index.ts';

export class FakeEngine implements SearchEngine {
  readonly kind: SearchEngine['kind'];
  readonly requests: SearchRequest[] = [];
  /** Most searches that ran at a time. */
  mostOpen = 0;
  /** Called before a search answers; may throw, or wait. */
  before: (request: SearchRequest, rule: number) => void | Promise<void> = () => {};
  truncated: (rule: number) => string | null = () => null;
  #open = 0;
  readonly #rows: readonly EngineRow[];
  readonly #rules = new Map<string, number>();
  readonly #answers = new Map<number, EngineRow[]>();

  constructor(kind: SearchEngine['kind'], rows: readonly EngineRow[]) {
    this.kind = kind;
    this.#rows = rows;
  }

  /** Learns which query stands for which rule. */
  async learn(options: Omit<RemoteHuntOptions, 'engine'>): Promise<void> {
    const { rules, documents } = options;
    const translator = new Translator({ ...options, engine: this });
    for (const [index, compiled] of rules.rules.entries()) {
      const document = documents.find(
        ({ path, title, position }) =>
          path === compiled.info.path &&
          title === compiled.info.title &&
          position.line === compiled.info.line,
      );
      const made = await translator.translate(document as never, compiled).catch(() => null);
      for (const { query } of made?.searches ?? []) this.#rules.set(JSON.stringify(query), index);
    }
    this.#match(rules);
  }

  #match(rules: RuleSet): void {
    const fields = new FieldTable();
    const matcher = new Matcher(rules, fields);
    const batch = new ObjectBatch('fake', fields);
    this.#rows.forEach((row, index) => batch.add(canonicalise(row, 'fake'), index + 1));
    matcher.match(batch.batch, ({ rule, row }) => {
      const found = this.#answers.get(rule) ?? [];
      found.push(this.#rows[row] as EngineRow);
      this.#answers.set(rule, found);
    });
  }

  async test(): Promise<{ product: string; version: string; details: Record<string, string> }> {
    return { product: 'fake', version: '1', details: {} };
  }

  async search(request: SearchRequest): Promise<SearchResult> {
    this.requests.push(request);
    const rule = this.#rules.get(JSON.stringify(request.query));
    if (rule === undefined) throw new HuntbookError('HB_QUERY', 'the fake does not know this query');
    this.mostOpen = Math.max(this.mostOpen, ++this.#open);
    try {
      await this.before(request, rule);
    } finally {
      this.#open--;
    }
    const rows = this.#answers.get(rule) ?? [];
    const truncated = this.truncated(rule);
    return {
      fields: null,
      rows: (async function* () {
        for (const row of rows) yield row;
      })(),
      end: () => ({ rows: rows.length, truncated, messages: [] }),
    };
  }

  async close(): Promise<void> {}
}
