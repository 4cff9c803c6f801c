/**
 * MITRE ATT&CK as Sigma tags name it: `attack.<tactic>` with dashes or underscores, `attack.t<id>` for techniques.
 * The tactics of Enterprise ATT&CK in kill-chain order, https://attack.mitre.org/tactics/enterprise/. Version 19
 * (2026) split Defense Evasion into Stealth, which kept its number, and Defense Impairment; rules use both.
 */
export interface Tactic {
  readonly tag: string;
  readonly id: string;
  readonly name: string;
  /** An older name: only shown where a rule still uses it. */
  readonly retired?: true;
}

export const tactics: readonly Tactic[] = [
  { tag: 'reconnaissance', id: 'TA0043', name: 'Reconnaissance' },
  { tag: 'resource-development', id: 'TA0042', name: 'Resource Development' },
  { tag: 'initial-access', id: 'TA0001', name: 'Initial Access' },
  { tag: 'execution', id: 'TA0002', name: 'Execution' },
  { tag: 'persistence', id: 'TA0003', name: 'Persistence' },
  { tag: 'privilege-escalation', id: 'TA0004', name: 'Privilege Escalation' },
  { tag: 'stealth', id: 'TA0005', name: 'Stealth' },
  { tag: 'defense-evasion', id: 'TA0005', name: 'Defense Evasion', retired: true },
  { tag: 'defense-impairment', id: 'TA0112', name: 'Defense Impairment' },
  { tag: 'credential-access', id: 'TA0006', name: 'Credential Access' },
  { tag: 'discovery', id: 'TA0007', name: 'Discovery' },
  { tag: 'lateral-movement', id: 'TA0008', name: 'Lateral Movement' },
  { tag: 'collection', id: 'TA0009', name: 'Collection' },
  { tag: 'command-and-control', id: 'TA0011', name: 'Command and Control' },
  { tag: 'exfiltration', id: 'TA0010', name: 'Exfiltration' },
  { tag: 'impact', id: 'TA0040', name: 'Impact' },
];

const byTag = new Map(tactics.map((tactic) => [tactic.tag, tactic]));

export interface AttackTags {
  readonly tactics: readonly Tactic[];
  /** Upper case: `T1003`, `T1003.001`. */
  readonly techniques: readonly string[];
}

export function parseAttackTags(tags: readonly string[]): AttackTags {
  const found = new Set<Tactic>();
  const techniques = new Set<string>();
  for (const tag of tags) {
    const match = /^attack[._-](.+)$/i.exec(tag);
    if (!match) continue;
    const name = (match[1] as string).toLowerCase().replaceAll('_', '-');
    const tactic = byTag.get(name);
    if (tactic) found.add(tactic);
    else if (/^t\d{4}(?:\.\d{3})?$/.test(name)) techniques.add(name.toUpperCase());
  }
  return { tactics: [...found], techniques: [...techniques].sort() };
}

/** Takes the form `T1003.001` only, as `parseAttackTags` gives it. */
export function techniqueUrl(technique: string): string {
  return `https://attack.mitre.org/techniques/${technique.replace('.', '/')}/`;
}

export function tacticUrl(tactic: Tactic): string {
  return `https://attack.mitre.org/tactics/${tactic.id}/`;
}
