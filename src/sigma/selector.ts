import type { Condition, Detection } from './ast.ts';

/**
 * Which detections a selector such as `1 of selection_*` means. Names that begin with `_` are private: only a pattern
 * that begins with `_` itself finds them.
 */
export function selectNames(names: readonly string[], pattern: string): string[] {
  if (pattern === 'them') return names.filter((name) => !name.startsWith('_'));
  const pieces = pattern.split('*');
  const open = pattern.startsWith('_');
  return names.filter((name) => (open || !name.startsWith('_')) && globMatches(name, pieces));
}

/** The detections that a selector of a condition stands for, in the order of the rule. */
export function selectorNames(
  selector: Extract<Condition, { kind: 'of' }>,
  detections: Readonly<Record<string, Detection>>,
): string[] {
  return selectNames(Object.keys(detections), selector.pattern);
}

/** `pieces` are the literals between the stars. */
function globMatches(name: string, pieces: readonly string[]): boolean {
  const first = pieces[0] as string;
  if (pieces.length === 1) return name === first;
  const last = pieces[pieces.length - 1] as string;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last))
    return false;
  let from = first.length;
  const end = name.length - last.length;
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i] as string;
    const found = name.indexOf(piece, from);
    if (found === -1 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}
