/** An absolute http or https address in normal form, or null. The result still has to be escaped for its sink. */
export function safeUrl(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || /[\0-\x20\x7f-\x9f\\]/.test(text)) return null;
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  // URL lets quotes and other signs stand in a host name; no real one has them.
  if (!/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) return null;
  // A name before the host is only ever used to make an address look like another one.
  return url.username || url.password ? null : url.href;
}
