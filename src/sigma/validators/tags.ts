/** Checks of tags. Source of the forms: appendix "tags" of the specification 2.1.0. */
import { quote } from '../fault.ts';
import { attackTactics, attackTechniques, attackVersion } from './attack-ids.ts';
import { replaceScalar } from './edits.ts';
import type { CheckContext, Validator } from './types.ts';

const core = { group: 'core', byDefault: true } as const;
const namespaces = ['attack', 'car', 'cve', 'd3fend', 'detection', 'stp', 'tlp'];
const tlp1 = ['white', 'green', 'amber', 'red'];
const tlp2 = ['clear', 'green', 'amber', 'amber-strict', 'amber+strict', 'red'];
const d3fendTactics = ['model', 'harden', 'detect', 'isolate', 'deceive', 'evict'];
const detectionKinds = ['dfir', 'emerging-threats', 'threat-hunting'];
const tagForm = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;

const techniques = new Set(attackTechniques.split(' '));
const tactics = new Set(attackTactics);

export const tagValidators: readonly Validator[] = [
  {
    ...core,
    name: 'tag_format',
    severity: 'warning',
    description: 'Tags are lower case: a namespace, a point, and letters, digits, `.`, `-` or `_`.',
    check(document, context) {
      document.tags.forEach((tag, index) => {
        // D3FEND artifacts have capitals in the specification's own example; TLP has a plus sign.
        if (tagForm.test(tag) || /^d3fend\.d3f-\w+$/.test(tag) || tag === 'tlp.amber+strict') return;
        const lower = tag.toLowerCase();
        const place = context.source.entryPlace('tags', index);
        const entry = context.source.entries('tags')[index];
        const edit =
          entry !== undefined && tagForm.test(lower)
            ? replaceScalar(context.source, entry, tag, lower)
            : null;
        context.report(
          `the tag ${quote(tag)} is not lower case with a namespace and a point`,
          place,
          edit ? [edit] : undefined,
        );
      });
    },
  },
  {
    ...core,
    name: 'namespace_tag',
    severity: 'warning',
    description: `The namespace of a tag is one of ${namespaces.join(', ')}.`,
    check(document, context) {
      document.tags.forEach((tag, index) => {
        const namespace = tag.slice(0, tag.indexOf('.'));
        if (!namespaces.includes(namespace.toLowerCase()))
          context.report(
            `the specification has no namespace ${quote(namespace)}`,
            context.source.entryPlace('tags', index),
          );
      });
    },
  },
  tagValidator({
    name: 'attacktag',
    severity: 'warning',
    namespace: 'attack',
    description: `Tactics and techniques of \`attack.\` tags are in MITRE ATT&CK ${attackVersion}; other ids have its form.`,
    problem: attackProblem,
  }),
  tagValidator({
    name: 'd3_fendtag',
    severity: 'warning',
    namespace: 'd3fend',
    description:
      'Tags of `d3fend.` name a tactic or have the form of a technique (`d3-`) or artifact (`d3f-`).',
    problem: (name) =>
      d3fendTactics.includes(name) || /^(?:d3-[a-z0-9]+|d3f-\w+)$/i.test(name)
        ? null
        : 'is no tactic, technique or artifact of D3FEND',
  }),
  tagValidator({
    name: 'cartag',
    severity: 'warning',
    namespace: 'car',
    description: 'Tags of `car.` have the form `car.2016-04-005`.',
    problem: (name) => (/^\d{4}-\d{2}-\d{3}$/.test(name) ? null : 'does not have the form 2016-04-005'),
  }),
  tagValidator({
    name: 'cvetag',
    severity: 'warning',
    namespace: 'cve',
    description: 'Tags of `cve.` have the form `cve.2021-44228`.',
    problem: (name) => (/^\d{4}[.-]\d{4,}$/.test(name) ? null : 'does not have the form 2021-44228'),
  }),
  tagValidator({
    name: 'detection_tag',
    severity: 'warning',
    namespace: 'detection',
    description: `Tags of \`detection.\` are one of ${detectionKinds.join(', ')}.`,
    problem: (name) => (detectionKinds.includes(name) ? null : `is none of ${detectionKinds.join(', ')}`),
  }),
  tagValidator({
    name: 'stptag',
    severity: 'warning',
    namespace: 'stp',
    description:
      'Tags of `stp.` are a score of Summiting the Pyramid: 1 to 5, with a, u or k behind it or not.',
    problem: (name) => (/^[1-5][auk]?$/.test(name) ? null : 'is not 1 to 5, with a, u or k behind it or not'),
  }),
  tagValidator({
    name: 'tlptag',
    severity: 'warning',
    namespace: 'tlp',
    description: 'Tags of `tlp.` are a level of the Traffic Light Protocol, version 1 or 2.',
    problem: (name) => ([...tlp1, ...tlp2].includes(name) ? null : 'is no level of TLP'),
  }),
  {
    ...tagValidator({
      name: 'tlpv1_tag',
      severity: 'warning',
      namespace: 'tlp',
      description: 'Tags of `tlp.` are a level of version 1 of the protocol, which version 2 has replaced.',
      problem: (name) => (tlp1.includes(name) ? null : 'is no level of TLP 1'),
    }),
    byDefault: false,
  },
  tagValidator({
    name: 'tlpv2_tag',
    severity: 'warning',
    namespace: 'tlp',
    description: 'Tags of `tlp.` are a level of version 2 of the protocol.',
    problem: (name) => (tlp2.includes(name) ? null : 'is no level of TLP 2'),
  }),
];

interface TagCheck extends Pick<Validator, 'name' | 'severity' | 'description'> {
  readonly namespace: string;
  /** What is wrong with the part behind the point; null when it is right. */
  readonly problem: (name: string) => string | null;
}

function tagValidator({ namespace, problem, ...head }: TagCheck): Validator {
  const prefix = `${namespace}.`;
  return {
    ...core,
    ...head,
    check(document, { source, report }: CheckContext) {
      document.tags.forEach((tag, index) => {
        if (!hasPrefix(tag, prefix)) return;
        const wrong = problem(tag.slice(prefix.length));
        if (wrong !== null) report(`the tag ${quote(tag)} ${wrong}`, source.entryPlace('tags', index));
      });
    },
  };
}

/** Without case. Most tags differ in the first letter. */
function hasPrefix(tag: string, prefix: string): boolean {
  if (tag.length <= prefix.length || (tag.charCodeAt(0) | 0x20) !== prefix.charCodeAt(0)) return false;
  return tag.startsWith(prefix) || tag.slice(0, prefix.length).toLowerCase() === prefix;
}

/** Rules share few tags. */
const judged = new Map<string, string | null>();
const maxJudged = 5000;

function attackProblem(written: string): string | null {
  let problem = judged.get(written);
  if (problem === undefined) {
    if (judged.size >= maxJudged) judged.clear();
    judged.set(written, (problem = judgeAttack(written)));
  }
  return problem;
}

function judgeAttack(written: string): string | null {
  const name = written.toLowerCase();
  const technique = /^t(\d{4})(?:\.\d{3})?$/.exec(name);
  if (technique !== null) {
    const number = technique[1] as string;
    // Techniques of industrial control systems are not listed.
    return number.startsWith('0') || techniques.has(number)
      ? null
      : `is no technique of Enterprise ATT&CK ${attackVersion}, or was retired`;
  }
  if (/^(?:[gsmac]|ds)\d{4}$/.test(name) || tactics.has(name.replaceAll('_', '-'))) return null;
  return `is no tactic of ATT&CK ${attackVersion} and has the form of no other id`;
}
