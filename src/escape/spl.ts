/**
 * A text as a literal of Splunk's search language, between double quotes, that stands for this text and nothing else
 * where the language takes text literally: in `where` and `eval`, and for names of fields. In the `search` command an
 * asterisk is a wildcard in quotes too, and nothing escapes it: see `splTerm`.
 * https://help.splunk.com/splunk-enterprise/search/search-manual/9.4/search-primer/backslashes
 */
export function splQuote(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A literal for the `search` command; null when it can not say it, because the text has an asterisk. */
export function splTerm(value: string): string | null {
  return value.includes('*') ? null : splQuote(value);
}
