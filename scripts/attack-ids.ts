/**
 * Renews src/sigma/validators/attack-ids.ts from MITRE's STIX bundle of Enterprise ATT&CK
 * (enterprise-attack.json of https://github.com/mitre-attack/attack-stix-data):
 *
 *   node scripts/attack-ids.ts enterprise-attack.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface StixObject {
  readonly type: string;
  readonly revoked?: boolean;
  readonly x_mitre_deprecated?: boolean;
  readonly x_mitre_shortname?: string;
  readonly x_mitre_version?: string;
  readonly external_references?: readonly { source_name: string; external_id?: string }[];
}

const perLine = 20;
/** Names of tactics that rules still use though MITRE has split them. */
const retired = ['defense-evasion'];
const target = path.resolve(import.meta.dirname, '../src/sigma/validators/attack-ids.ts');

const [, , bundle] = process.argv;
if (bundle === undefined) throw new Error('usage: node scripts/attack-ids.ts enterprise-attack.json');
const { objects } = JSON.parse(readFileSync(bundle, 'utf8')) as { objects: readonly StixObject[] };
const current = objects.filter((object) => object.revoked !== true && object.x_mitre_deprecated !== true);
const version = current.find(({ type }) => type === 'x-mitre-collection')?.x_mitre_version ?? 'unknown';
const tactics = current.flatMap(({ type, x_mitre_shortname: name }) =>
  type === 'x-mitre-tactic' && name ? [name] : [],
);
const techniques = current
  .filter(({ type }) => type === 'attack-pattern')
  .map(
    ({ external_references: references = [] }) =>
      references.find(({ source_name: name }) => name === 'mitre-attack')?.external_id,
  )
  .filter((id) => id !== undefined && /^T\d{4}$/.test(id))
  .map((id) => (id as string).slice(1))
  .sort();

const old = readFileSync(target, 'utf8');
const header = old.slice(0, old.indexOf('export const'));
const lines = Array.from({ length: Math.ceil(techniques.length / perLine) }, (_, index) =>
  techniques.slice(index * perLine, (index + 1) * perLine).join(' '),
);
writeFileSync(
  target,
  `${header}export const attackVersion = '${version.replace(/\.0$/, '')}';

/** As tags name them. Version 19 split Defense Evasion; rules have the old name still. */
export const attackTactics: readonly string[] = [
${[...new Set([...tactics, ...retired])].map((name) => `  '${name}',`).join('\n')}
];

/** Techniques that are not revoked or deprecated, without their T; sub-techniques go with their technique. */
export const attackTechniques =
${lines.map((line, index) => `  '${line}${index < lines.length - 1 ? ` ' +` : `';`}`).join('\n')}
`,
);
