/** A request for this engine, checked and made ready before anything is sent. */
import { HuntbookError } from '../../errors.ts';
import type { SearchRequest } from '../engine.ts';
import { prepareQuery, type PreparedQuery } from './query.ts';
import { allTime, splunkTime } from './time.ts';
import { splunkOptions, type SplunkOptions, type SplunkSettings } from './types.ts';

export interface SearchPlan {
  readonly query: PreparedQuery;
  readonly options: SplunkOptions;
  readonly earliest: string;
  readonly latest: string;
  readonly limit: number;
  /** The fields to give, where they were named without wildcards. */
  readonly fields: readonly string[] | null;
  readonly timeout: number | undefined;
}

export function planSearch(request: SearchRequest, settings: SplunkSettings): SearchPlan {
  const { index, language, query, fields, limit = 0 } = request;
  if (language !== undefined && language !== 'spl') {
    throw new HuntbookError('HB_USAGE', `Splunk does not speak ${language}; its language is spl`);
  }
  if (typeof query !== 'string') throw new HuntbookError('HB_USAGE', 'a query for Splunk is text');
  if (index !== undefined) {
    throw new HuntbookError('HB_USAGE', 'for Splunk the index is a part of the query', {
      hint: `Write it into the query: index=${index} …`,
    });
  }
  const options = splunkOptions(request.options);
  const { allowRisky, noInternal } = options;
  return {
    query: prepareQuery(query, { limit, allowRisky, noInternal, ...(fields && { fields }) }),
    options,
    earliest: splunkTime(request.earliest ?? settings.earliest ?? allTime.earliest),
    latest: splunkTime(request.latest ?? settings.latest ?? allTime.latest),
    limit,
    fields: fields && fields.length > 0 && !fields.some((name) => name.includes('*')) ? fields : null,
    timeout: request.timeout ?? settings.timeout,
  };
}
