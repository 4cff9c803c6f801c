/**
 * Findings in the format that code hosts read: SARIF 2.1.0
 * (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), with what GitHub needs of it.
 */
import { validators } from './registry.ts';
import type { Finding, Severity } from './types.ts';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** One log with one run; `version` is that of huntbook. Paths stay relative where they are. */
export function sarifLog(findings: readonly Finding[], version: string): object {
  const names = [...new Set(findings.map(({ validator }) => validator))].sort();
  const indexes = new Map(names.map((name, index) => [name, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'huntbook', version, rules: names.map(describe) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => ({
          ruleId: finding.validator,
          ruleIndex: indexes.get(finding.validator),
          level: levels[finding.severity],
          message: { text: finding.message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(finding.path) },
                region: { startLine: finding.line, startColumn: finding.column },
              },
            },
          ],
        })),
      },
    ],
  };
}

function describe(name: string): object {
  const known = validators.find((validator) => validator.name === name);
  const text =
    known?.description ??
    (name === 'notice' ? 'What is read in another way than it is written.' : 'The document can not be read.');
  const level = levels[known?.severity ?? (name === 'notice' ? 'info' : 'error')];
  return { id: name, shortDescription: { text }, defaultConfiguration: { level } };
}

/** A URI reference: relative for relative paths. */
function uriOf(path: string): string {
  const parts = path
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .split('/');
  const absolute = parts[0] === '' || /^[A-Za-z]:$/.test(parts[0] as string);
  const encoded = parts
    .map((part, index) => (index === 0 && absolute ? part : encodeURIComponent(part.toWellFormed())))
    .join('/');
  return absolute ? `file://${encoded.startsWith('/') ? '' : '/'}${encoded}` : encoded;
}
