/**
 * MITRE ATT&CK in detection rules of Elastic Security
 * (https://www.elastic.co/guide/en/security/current/rules-api-create.html, "threat").
 */
import { parseAttackTags, tacticUrl, techniqueUrl } from '../attack.ts';

interface Named {
  readonly id: string;
  readonly name: string;
  readonly reference: string;
}

interface Technique extends Named {
  readonly subtechnique: readonly Named[];
}

export interface Threat {
  readonly framework: 'MITRE ATT&CK';
  readonly tactic: Named;
  readonly technique: readonly Technique[];
}

/**
 * One entry for each tactic among the tags. Tags do not say to which of several tactics a technique belongs: it stands
 * below each. A technique without any tactic has no place here. Kibana asks for names and shows its own by id, so the
 * id stands for the name of a technique.
 */
export function threatOf(tags: readonly string[]): Threat[] {
  const { tactics, techniques } = parseAttackTags(tags);
  const technique = techniquesOf(techniques);
  const known = new Set<string>();
  const threats: Threat[] = [];
  for (const tactic of tactics) {
    // Two names of one tactic.
    if (known.has(tactic.id)) continue;
    known.add(tactic.id);
    threats.push({
      framework: 'MITRE ATT&CK',
      tactic: { id: tactic.id, name: tactic.name, reference: tacticUrl(tactic) },
      technique,
    });
  }
  return threats;
}

function techniquesOf(ids: readonly string[]): Technique[] {
  const parents = new Map<string, Named[]>();
  for (const id of ids) {
    const parent = id.slice(0, 5);
    const below = parents.get(parent) ?? [];
    if (id !== parent) below.push(named(id));
    parents.set(parent, below);
  }
  return [...parents].map(([id, subtechnique]) => ({ ...named(id), subtechnique }));
}

function named(id: string): Named {
  return { id, name: id, reference: techniqueUrl(id) };
}
