/** `huntbook search --spl`. */
import { HuntbookError } from '../errors.ts';

export interface SearchSplOptions {
  readonly format?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

export async function runSearchSpl(
  _query: string,
  _paths: readonly string[],
  _options: SearchSplOptions,
): Promise<void> {
  throw new HuntbookError('HB_INTERNAL', 'not there yet');
}
