/**
 * `Hashes` as Sysmon writes it (`SHA1=…,MD5=…,SHA256=…,IMPHASH=…`, in the order of the configuration) taken apart by
 * its keys. The kind of a hash is what its key says, never its length: an IMPHASH is as long as an MD5.
 */

/** Longer text is no list of hashes. */
const MAX_TEXT = 4096;

/** The hashes by key, in upper case as Sysmon writes them; keys that are not known are kept; the first of a key counts. */
export function splitHashes(text: string): Record<string, string> {
  const hashes = Object.create(null) as Record<string, string>;
  if (text.length > MAX_TEXT) return hashes;
  for (const part of text.split(/[,;|\s]+/u)) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const key = part.slice(0, equals).toUpperCase().replaceAll('-', '');
    const value = part.slice(equals + 1).toUpperCase();
    // Sysmon fills in zeros where there is nothing to hash (no imports, no file).
    if (!/^[0-9A-F]{8,}$/u.test(value) || /^0+$/u.test(value) || !/^[A-Z][A-Z0-9]{1,19}$/u.test(key))
      continue;
    hashes[key] ??= value;
  }
  return hashes;
}
