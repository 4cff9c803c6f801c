/** Tells JSON from the first bytes of an input. */
import { encodingOf } from './encoding.ts';

/** True when the first bytes that are not white space start an object, or an array of objects. */
export function isJson(head: Uint8Array): boolean {
  const encoding = encodingOf(head);
  const text = new TextDecoder(encoding).decode(head.subarray(0, 4096));
  return /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[{[\]]|$))/u.test(text);
}
