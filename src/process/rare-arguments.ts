/**
 * Arguments of a command line without what is different each time, so that alike calls stack: GUIDs, runs of base64 and
 * hexadecimal digits, dates, times, addresses, numbers, names of users and of temporary files become words in angle
 * brackets.
 */

/** What is looked at, and what is kept. */
const mostRead = 4096;
const mostKept = 500;

/** In turn: what comes first may hold what comes later. None looks back over more than its own run. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?/gu, '<guid>'],
  [/(?<=[\\/](?:users|home|documents and settings)[\\/])[^\\/"']+/gu, '<user>'],
  [/(?<=[\\/]te?mp[\\/])[^\\/"'\s]+/gu, '<temp>'],
  [/\b0x[0-9a-f]+\b/gu, '<hex>'],
  [/\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b/gu, '<date>'],
  [/\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\b/gu, '<time>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/gu, '<ip>'],
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gu, '<hex>'],
  [/\b[\w-]{1,64}\.tmp\b|~[\w-]{1,64}/gu, '<temp>'],
  [/(?<![a-z\d_])\d+(?![a-z\d_])|\d{5,}/gu, '<n>'],
];

/** Without the program itself; empty where there is no more. */
export function plainArguments(commandLine: string | null): string {
  if (commandLine === null) return '';
  let text = withoutProgram(commandLine.slice(0, mostRead));
  // Case tells base64 from words, so this comes before it is lost.
  text = text.replace(/[A-Za-z0-9+/]{32,}={0,2}/gu, (run) => (isBase64(run) ? '<base64>' : run));
  text = text.toLowerCase();
  for (const [pattern, word] of replacements) text = text.replace(pattern, word);
  text = text.replace(/\s+/gu, ' ').trim();
  return text.length > mostKept ? `${text.slice(0, mostKept)}…` : text;
}

function withoutProgram(commandLine: string): string {
  const text = commandLine.trimStart();
  if (!text.startsWith('"')) return /\s.*/su.exec(text)?.[0] ?? '';
  const end = text.indexOf('"', 1);
  return end < 0 ? '' : text.slice(end + 1);
}

/** Paths and long words have no digits among letters of both cases. */
function isBase64(run: string): boolean {
  return run.endsWith('=') || (/[a-z]/u.test(run) && /[A-Z]/u.test(run) && /\d/u.test(run));
}
