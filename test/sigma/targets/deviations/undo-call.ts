/** Undoing what ours puts around an operand. */

/**
 * Replaces every `head operand tail` by what `undone` makes of the operand; operands may nest. Literals stand in
 * single quotes; `backslash`: it escapes within them.
 */
export function undoCalls(
  text: string,
  head: string,
  tail: string,
  undone: (operand: string) => string,
  backslash: boolean,
): string {
  let out = '';
  let at = 0;
  while (at < text.length) {
    if (!text.startsWith(head, at)) {
      const end = text[at] === "'" ? literalEnd(text, at, backslash) : at + 1;
      out += text.slice(at, end);
      at = end;
      continue;
    }
    const from = at + head.length;
    const to = operandEnd(text, from, tail, backslash);
    if (to < 0) return text;
    out += undone(undoCalls(text.slice(from, to), head, tail, undone, backslash));
    at = to + tail.length;
  }
  return out;
}

function operandEnd(text: string, from: number, tail: string, backslash: boolean): number {
  let depth = 0;
  for (let at = from; at < text.length;) {
    if (depth === 0 && text.startsWith(tail, at)) return at;
    const char = text[at];
    if (char === "'") {
      at = literalEnd(text, at, backslash);
      continue;
    }
    if (char === '(') depth++;
    else if (char === ')' && --depth < 0) return -1;
    at++;
  }
  return -1;
}

function literalEnd(text: string, from: number, backslash: boolean): number {
  let at = from + 1;
  while (at < text.length && text[at] !== "'") at += backslash && text[at] === '\\' ? 2 : 1;
  return at + 1;
}
