/** The span of time of a search, from options. */
import { HuntbookError } from '../errors.ts';
import { parseMoment } from '../hunt/index.ts';

export interface SpanOptions {
  /** As the engine writes times. */
  readonly earliest?: string;
  readonly latest?: string;
  /** ISO 8601, or an age. */
  readonly since?: string;
  readonly until?: string;
}

/** What the options say of time, as text that engines take. Throws HB_USAGE when they say it twice. */
export function spanOf(options: SpanOptions): { earliest?: string; latest?: string } {
  for (const [one, other] of [
    ['earliest', 'since'],
    ['latest', 'until'],
  ] as const)
    if (options[one] !== undefined && options[other] !== undefined)
      throw new HuntbookError('HB_USAGE', `--${one} and --${other} say the same; give one of them`);
  const now = Date.now();
  const moment = (text: string | undefined, option: string): string | undefined =>
    text === undefined ? undefined : new Date(parseMoment(text, option, now)).toISOString();
  const earliest = options.earliest ?? moment(options.since, '--since');
  const latest = options.latest ?? moment(options.until, '--until');
  return { ...(earliest !== undefined && { earliest }), ...(latest !== undefined && { latest }) };
}
