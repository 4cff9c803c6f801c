/** Rules as text, and what the checks say of them, in one line a finding. */
import { checkRules, chooseValidators, parseRules } from '../../../src/sigma/index.ts';
import type { CheckInput, Finding } from '../../../src/sigma/index.ts';

export const id = '5013cc3b-c4a1-4a24-9ae9-6d2d2e2f0b52';

/** A rule without findings; `change` may replace lines by what they begin with, `null` takes them out. */
export function ruleText(change: Readonly<Record<string, string | null>> = {}): string {
  const lines: Record<string, string> = {
    title: 'title: Suspicious Example',
    id: `id: ${id}`,
    status: 'status: test',
    description: 'description: Detects an example of something',
    references: 'references:\n    - https://example.com/report',
    author: 'author: Somebody',
    date: 'date: 2025-01-31',
    tags: 'tags:\n    - attack.execution\n    - attack.t1059.001',
    logsource: 'logsource:\n    product: windows\n    category: process_creation',
    detection: "detection:\n    selection:\n        Image|endswith: '\\cmd.exe'\n    condition: selection",
    falsepositives: 'falsepositives:\n    - Unknown',
    level: 'level: high',
  };
  const parts = Object.entries({ ...lines, ...change }).filter(([, text]) => text !== null);
  return `${parts.map(([, text]) => text).join('\n')}\n`;
}

/** `body` stands below `detection:`, indented by four. */
export function detection(body: string): { detection: string } {
  return { detection: `detection:\n${body.replaceAll(/^(?=.)/gm, '    ')}` };
}

export function input(text: string, path = 'proc_creation_win_example.yml'): CheckInput {
  return { path, text, parsed: parseRules(text, path, { named: false }) };
}

export function findings(
  texts: string | Readonly<Record<string, string>>,
  names: readonly string[] = [],
): Finding[] {
  const inputs =
    typeof texts === 'string'
      ? [input(texts)]
      : Object.entries(texts).map(([path, text]) => input(text, path));
  return checkRules(inputs, {
    validators: chooseValidators({ names, conventions: names.length > 0 ? [] : [] }),
  });
}

/** `name line:column`. */
export function places(
  texts: string | Readonly<Record<string, string>>,
  names: readonly string[] = [],
): string[] {
  return findings(texts, names).map(({ validator, line, column }) => `${validator} ${line}:${column}`);
}
