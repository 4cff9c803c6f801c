/**
 * Where a key stands in a YAML text, found by indentation: the YAML reader gives no positions. For documents in block
 * style; a key that is not found (flow style, an alias) has the place of the one above it.
 */

export function keyPlace(text: string, keys: readonly string[]): { line: number; column: number } {
  const lines = text.split('\n');
  let place = { line: 1, column: 1 };
  let from = 0;
  let indent = -1;
  for (const key of keys) {
    let level: number | undefined;
    let found = -1;
    for (let at = from; at < lines.length; at++) {
      const line = lines[at] as string;
      if (/^\s*(?:#|$|---)/u.test(line)) continue;
      const own = line.length - line.trimStart().length;
      if (own <= indent) break;
      level ??= own;
      if (own !== level) continue;
      const name = /^(?:"([^"]*)"|'([^']*)'|([^:#]+?))\s*:(?:\s|$)/u.exec(line.trimStart());
      if (name !== null && (name[1] ?? name[2] ?? name[3]) === key) {
        found = at;
        break;
      }
    }
    if (found < 0) return place;
    indent = level ?? 0;
    place = { line: found + 1, column: indent + 1 };
    from = found + 1;
  }
  return place;
}
