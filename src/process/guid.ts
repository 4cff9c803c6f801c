/**
 * GUIDs as four words of 32 bits in the order of their text, so that they fit typed arrays and compare as their text
 * does. All zero stands for none: Sysmon writes such a GUID where it does not know the process.
 */

const text = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/iu;
const nothing = '00000000-0000-0000-0000-000000000000';
/** More than a GUID with braces and spaces around it. */
const longest = 64;

/** 36 characters in lower case, without braces; null when the text is no GUID, or only zeros. */
export function plainGuid(value: string): string | null {
  if (value.length > longest) return null;
  const parts = text.exec(value.trim());
  if (parts === null) return null;
  const guid = parts.slice(1).join('-').toLowerCase();
  return guid === nothing ? null : guid;
}

/** Puts the words of a plain GUID at `at`; of null, zeros. */
export function putGuid(words: Uint32Array, at: number, guid: string | null): void {
  words[at] = guid === null ? 0 : Number.parseInt(guid.slice(0, 8), 16);
  words[at + 1] = guid === null ? 0 : Number.parseInt(guid.slice(9, 13) + guid.slice(14, 18), 16);
  words[at + 2] = guid === null ? 0 : Number.parseInt(guid.slice(19, 23) + guid.slice(24, 28), 16);
  words[at + 3] = guid === null ? 0 : Number.parseInt(guid.slice(28, 36), 16);
}

/** The plain text of the words at `at`; null where they are zeros. */
export function guidText(words: Uint32Array, at: number): string | null {
  if (!hasGuid(words, at)) return null;
  let hex = '';
  for (let i = at; i < at + 4; i++) hex += (words[i] as number).toString(16).padStart(8, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function hasGuid(words: Uint32Array, at: number): boolean {
  return (
    ((words[at] as number) |
      (words[at + 1] as number) |
      (words[at + 2] as number) |
      (words[at + 3] as number)) !==
    0
  );
}

export function sameGuid(a: Uint32Array, i: number, b: Uint32Array, j: number): boolean {
  return a[i + 3] === b[j + 3] && a[i + 2] === b[j + 2] && a[i + 1] === b[j + 1] && a[i] === b[j];
}

export function compareGuids(a: Uint32Array, i: number, b: Uint32Array, j: number): number {
  for (let k = 0; k < 4; k++) {
    const difference = (a[i + k] as number) - (b[j + k] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
