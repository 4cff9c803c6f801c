/** Tells JSON from the first bytes of an input. */
import { encodingOf } from './encoding.ts';

const sampleBytes = 4096;
const scalar = String.raw`(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|"(?:[^"\\\n]|\\.)*"|true|false|null)`;
/** An object, or an array of objects or arrays. */
const objects = /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[{[\]]|$))/u;
/** An array that begins with other values. */
const values = new RegExp(String.raw`^\s*\[\s*${scalar}\s*(?:,|\]\s*(?:$|[,[{]))`, 'u');
/** Lines of other values before the first object. */
const lines = new RegExp(String.raw`^\s*(?:${scalar}[ \t]*\r?\n\s*)+\{\s*["}]`, 'u');

/** True when the text starts with an object, or with an array or lines of JSON in which objects may follow. */
export function isJson(head: Uint8Array): boolean {
  const encoding = encodingOf(head);
  const sample = head.subarray(0, sampleBytes);
  const text = new TextDecoder(encoding).decode(sample);
  return objects.test(text) || values.test(text) || lines.test(text);
}
