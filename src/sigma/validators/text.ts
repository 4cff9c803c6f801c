/** Comparing names that people type. */

/** Insertions, deletions, replacements and swaps of neighbours between two short texts; `limit` + 1 when more. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = last;
    last = row;
  }
  return last[b.length] as number;
}

/** The one of `known` that `name` was probably meant to be, or null; a name that is known is never mistyped. */
export function probableName(name: string, known: readonly string[], limit: number): string | null {
  if (known.includes(name)) return null;
  const lower = name.toLowerCase();
  const sameLetters = known.find((one) => one.toLowerCase() === lower);
  if (sameLetters !== undefined) return sameLetters;
  if (name.length < 4) return null;
  return known.find((one) => editDistance(lower, one.toLowerCase(), limit) <= limit) ?? null;
}

/** The name of a file without its folders. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
