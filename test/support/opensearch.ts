/**
 * A real OpenSearch for a test file: started when the first test asks, ended with the file. HUNTBOOK_OPENSEARCH may
 * name one that runs already; indexes that tests make begin with `hbtest-`.
 */
import { afterAll, beforeAll } from 'vitest';
import { openSearchMissing, startOpenSearch, type RunningOpenSearch } from '../../scripts/opensearch.ts';

const given = process.env['HUNTBOOK_OPENSEARCH'];
const reason = given === undefined ? openSearchMissing() : null;

export const openSearch = {
  missing: reason !== null,
  note: reason === null ? '' : ` (skipped: ${reason})`,
};

/** To be called within `describe`; gives the address once the tests run. */
export function useOpenSearch(): { readonly url: string } {
  let server: RunningOpenSearch | undefined;
  beforeAll(async () => {
    if (given === undefined) server = await startOpenSearch();
  }, 300_000);
  afterAll(() => server?.stop());
  return {
    get url(): string {
      if (given !== undefined) return given;
      if (server === undefined) throw new Error('OpenSearch does not run');
      return server.url;
    },
  };
}
