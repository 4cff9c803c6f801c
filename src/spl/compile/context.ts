/** What the compilers of commands share. */
import type { HuntbookError } from '../../errors.ts';
import type { Pipeline } from '../ast.ts';
import type { Relation } from './relation.ts';
import type { EvalContext } from './value.ts';

export interface CommandContext {
  relation: Relation;
  readonly now: number;
  readonly evalContext: EvalContext;
  fail(message: string, at: number): HuntbookError;
  /** The results of a subsearch over the same events. */
  pipeline(pipeline: Pipeline): Relation;
  /** The condition of `search` in this place. */
  searchTest(text: string, at: number): string;
}
