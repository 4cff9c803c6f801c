/**
 * A real OpenSearch for test files: all of a run share one (opensearch-server.ts). HUNTBOOK_OPENSEARCH may name one
 * that runs already. Indexes that a file makes begin with `hbtest-` and a name of its own, and it removes them.
 */
import { beforeAll, inject } from 'vitest';
import { openSearchMissing } from '../../scripts/opensearch.ts';

const given = process.env['HUNTBOOK_OPENSEARCH'];
const reason = given === undefined ? openSearchMissing() : null;

export const openSearch = {
  missing: reason !== null,
  note: reason === null ? '' : ` (skipped: ${reason})`,
};

/** To be called within `describe`; gives the address once the tests run. */
export function useOpenSearch(): { readonly url: string } {
  let url = given;
  beforeAll(async () => {
    if (url !== undefined) return;
    const answer = await fetch(inject('openSearchStarter'));
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    url = text;
  }, 300_000);
  return {
    get url(): string {
      if (url === undefined) throw new Error('OpenSearch does not run');
      return url;
    },
  };
}
