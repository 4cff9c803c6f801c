/** The known name that was probably meant: for the "did you mean" of errors. */

/** Null when nothing is near: one slip for each three characters and one more is too much. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = plain(name);
  let best: string | null = null;
  let least = Math.floor(Math.max(wanted.length, 3) / 3) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, plain(candidate), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

export function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === null ? '' : `; did you mean ${meant}?`;
}

/** `apiKey`, `api-key` and `API_KEY` are one name in different habits. */
function plain(name: string): string {
  return name.slice(0, 60).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Of letters added, left out, replaced, or changed places with the next; given up at `most`. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) >= most) return most;
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  const at = (i: number, j: number): number => rows[i]?.[j] as number;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
