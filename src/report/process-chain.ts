/** Chains of processes as text: each by the file name of its image and its process id, the highest first. Raw. */
import { fileName } from '../process/index.ts';
import type { Finding, FindingProcess } from './types.ts';

/** Longer paths are no names that anybody reads; spreadsheets end at 32,767 characters. */
const maxName = 200;

/** `winword.exe (88)`. */
export function processText({ image, pid }: Pick<FindingProcess, 'image' | 'pid'>): string {
  const name = fileName(image ?? '') || (image ?? '') || 'unknown';
  return `${name.slice(0, maxName)} (${pid ?? '?'})`;
}

/** `explorer.exe (1234) > winword.exe (88)`, at most `limit` of them. */
export function chainText(chain: readonly FindingProcess[], limit: number): string {
  const { top, left, bottom } = topAndBottom(chain, limit);
  const more = left > 0 ? [`(${left} more)`] : [];
  return [...top.map(processText), ...more, ...bottom.map(processText)].join(' > ');
}

/** The first fifth of what may be shown, and the lowest: those did what was found. */
export function topAndBottom<T>(
  chain: readonly T[],
  limit: number,
): { readonly top: readonly T[]; readonly left: number; readonly bottom: readonly T[] } {
  if (chain.length <= limit) return { top: [], left: 0, bottom: chain };
  const top = Math.floor(limit / 5);
  return { top: chain.slice(0, top), left: chain.length - limit, bottom: chain.slice(top - limit) };
}

/** Whether the finding is that of a chain rule. */
export function isChainRule({ correlation }: Finding): boolean {
  return correlation?.type === 'process_chain';
}
