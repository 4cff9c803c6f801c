/** A relation that is made when it is first read; its columns are known before. */
import type { Relation, SqlPlace } from './relation.ts';
import type { Column, FrameValue } from './types.ts';

export class LazyRelation implements Relation {
  readonly columns: readonly Column[];
  readonly wide: ReadonlySet<string>;
  readonly #make: () => Promise<Relation>;
  #made: Promise<Relation> | undefined;

  constructor(like: Pick<Relation, 'columns' | 'wide'>, make: () => Promise<Relation>) {
    this.columns = like.columns;
    this.wide = like.wide;
    this.#make = make;
  }

  async *rows(): AsyncGenerator<readonly FrameValue[]> {
    yield* (await this.#get()).rows();
  }

  async count(): Promise<number> {
    return (await this.#get()).count();
  }

  async table(): Promise<SqlPlace> {
    return (await this.#get()).table();
  }

  close(): void {
    this.#made?.then((made) => made.close()).catch(() => {});
  }

  #get(): Promise<Relation> {
    return (this.#made ??= this.#make());
  }
}
