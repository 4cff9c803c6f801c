/** Long lists of values as queries that servers take: at most 65,536 terms (`index.max_terms_count`) in one. */

const mostTerms = 65_536;

/** A query for each part of the list; each counts as one clause. */
export function* termBatches(
  field: string,
  values: Iterable<string>,
  most: number = mostTerms,
): Generator<{ readonly terms: Readonly<Record<string, readonly string[]>> }> {
  let batch: string[] = [];
  for (const value of new Set(values)) {
    batch.push(value);
    if (batch.length < most) continue;
    yield { terms: { [field]: batch } };
    batch = [];
  }
  if (batch.length > 0) yield { terms: { [field]: batch } };
}

/** The same for GUIDs, which shippers write with and without braces, in capitals and not. */
export function guidBatches(
  field: string,
  guids: Iterable<string>,
  most: number = mostTerms,
): ReturnType<typeof termBatches> {
  function* forms(): Generator<string> {
    const bare = new Set<string>();
    for (const guid of guids) bare.add(guid.replaceAll(/[{}]/g, '').toLowerCase());
    for (const guid of bare) {
      const upper = guid.toUpperCase();
      yield* [guid, `{${guid}}`, upper, `{${upper}}`];
    }
  }
  return termBatches(field, forms(), most);
}
