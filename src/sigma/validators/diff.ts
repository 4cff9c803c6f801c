/** Unified differences of two texts, as `diff -u` and `git apply` have them. */

const context = 3;
/** Longer changed parts are shown as removed and added in one piece, since comparing costs their product. */
const maxCells = 4_000_000;

/** Empty when the texts are equal. `path` stands in both lines of the head. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return '';
  const old = linesOf(before);
  const now = linesOf(after);
  const steps = compare(old, now);
  const name = path.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '');
  let out = `--- a/${name}\n+++ b/${name}\n`;
  for (const [from, to] of hunks(steps)) {
    const part = steps.slice(from, to);
    const first = part[0] as Step;
    const count = (marks: string): number => part.filter(({ mark }) => marks.includes(mark)).length;
    out += `@@ -${range(first.oldLine, count(' -'))} +${range(first.newLine, count(' +'))} @@\n`;
    for (const { mark, line } of part) {
      out += `${mark}${line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`}`;
    }
  }
  return out;
}

interface Step {
  readonly mark: ' ' | '-' | '+';
  readonly line: string;
  /** Lines of either text before this step. */
  readonly oldLine: number;
  readonly newLine: number;
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A part without lines begins at the line before it. */
function range(before: number, count: number): string {
  return count === 0 ? `${before},0` : count === 1 ? String(before + 1) : `${before + 1},${count}`;
}

function compare(old: readonly string[], now: readonly string[]): Step[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail))
    tail++;
  const steps: Step[] = [];
  let oldLine = 0;
  let newLine = 0;
  const add = (mark: Step['mark'], line: string): void => {
    steps.push({ mark, line, oldLine, newLine });
    if (mark !== '+') oldLine++;
    if (mark !== '-') newLine++;
  };
  for (let i = 0; i < head; i++) add(' ', old[i] as string);
  compareMiddle(old.slice(head, old.length - tail), now.slice(head, now.length - tail), add);
  for (let i = old.length - tail; i < old.length; i++) add(' ', old[i] as string);
  return steps;
}

/** Longest common subsequence. */
function compareMiddle(
  old: readonly string[],
  now: readonly string[],
  add: (mark: Step['mark'], line: string) => void,
): void {
  const width = now.length + 1;
  const small = old.length * now.length <= maxCells;
  const common = new Uint32Array(small ? (old.length + 1) * width : 0);
  if (small) {
    for (let i = old.length - 1; i >= 0; i--) {
      for (let j = now.length - 1; j >= 0; j--) {
        const at = i * width + j;
        common[at] =
          old[i] === now[j]
            ? (common[at + width + 1] as number) + 1
            : Math.max(common[at + width] as number, common[at + 1] as number);
      }
    }
  }
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    const at = i * width + j;
    if (small && i < old.length && j < now.length && old[i] === now[j]) {
      add(' ', old[i++] as string);
      j++;
    } else if (
      i < old.length &&
      (j === now.length || !small || (common[at + width] as number) >= (common[at + 1] as number))
    ) {
      add('-', old[i++] as string);
    } else add('+', now[j++] as string);
  }
}

/** Parts of the steps that hold changes, with lines around them; close ones are joined. */
function hunks(steps: readonly Step[]): [from: number, to: number][] {
  const parts: [number, number][] = [];
  steps.forEach(({ mark }, index) => {
    if (mark === ' ') return;
    const from = Math.max(0, index - context);
    const to = Math.min(steps.length, index + context + 1);
    const last = parts.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else parts.push([from, to]);
  });
  return parts;
}
