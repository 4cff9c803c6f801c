/** Checks of conditions and of what documents mean by the names they use. */
import type { Condition, SigmaDocument } from '../ast.ts';
import { quote } from '../fault.ts';
import { selectNames } from '../selector.ts';
import type { CheckContext, Validator } from './types.ts';

const core = { group: 'core', byDefault: true } as const;

export const conditionValidators: readonly Validator[] = [
  {
    ...core,
    name: 'dangling_detection',
    severity: 'error',
    description: 'Every detection is used in the condition.',
    check(document, { report, source }) {
      if (document.kind === 'correlation') return;
      const names = Object.keys(document.detections);
      const used = new Set<string>();
      for (const tree of conditionsOf(document)) {
        visit(tree, (leaf) => {
          if (leaf.kind === 'ref') used.add(leaf.name);
          else for (const name of selectNames(names, leaf.pattern)) used.add(name);
        });
      }
      for (const name of names) {
        if (!used.has(name))
          report(
            `the detection ${quote(name)} is not in the condition`,
            source.childPlace(sectionOf(document), name),
          );
      }
    },
  },
  {
    ...core,
    name: 'dangling_condition',
    severity: 'error',
    description: 'Every name in the condition is that of a detection.',
    check(document, context) {
      if (document.kind === 'correlation') return;
      const names = Object.keys(document.detections);
      const known = new Set(names);
      for (const tree of conditionsOf(document)) {
        visit(tree, (leaf) => {
          const missing =
            leaf.kind === 'ref' ? !known.has(leaf.name) : selectNames(names, leaf.pattern).length === 0;
          const word = leaf.kind === 'ref' ? leaf.name : leaf.pattern;
          if (missing)
            reportCondition(`the condition names ${quote(word)}, which is no detection`, document, context);
        });
      }
    },
  },
  {
    ...core,
    name: 'them_condition_with_single_detection',
    severity: 'info',
    description: 'A condition says `them` only when there are several detections.',
    check(document, context) {
      if (document.kind === 'correlation') return;
      const names = selectNames(Object.keys(document.detections), 'them');
      if (names.length !== 1) return;
      if (conditionsOf(document).some((tree) => has(tree, ({ pattern }) => pattern === 'them')))
        reportCondition(`them is one detection only: ${names[0]}`, document, context);
    },
  },
  {
    ...core,
    name: 'all_of_them_condition',
    severity: 'warning',
    description: 'A condition does not say `all of them`, which takes in filters that are added later.',
    check(document, context) {
      if (document.kind === 'correlation') return;
      const found = conditionsOf(document).some((tree) =>
        has(tree, ({ pattern, quantifier }) => pattern === 'them' && quantifier === 'all'),
      );
      if (found)
        reportCondition('all of them takes in every detection; use names or a pattern', document, context);
    },
  },
  {
    ...core,
    name: 'dangling_reference',
    severity: 'error',
    description: 'Rules that a correlation or filter names are among the files that are checked.',
    check(document, { report, source, set }) {
      if (document.kind === 'rule' || document.rules === 'any') return;
      const section = sectionOf(document);
      const check = (names: readonly string[], key: string): void => {
        for (const name of names) {
          if (set.byName.has(name) || set.byId.has(name.toLowerCase())) continue;
          report(
            `the ${document.kind} names the rule ${quote(name)}, which was not found`,
            source.childPlace(section, key),
          );
        }
      };
      check(document.rules, 'rules');
      if (document.kind === 'correlation' && document.chain) check(document.chain.notBetween, 'not-between');
    },
  },
];

/** The top-level key under which the logic of a document stands. */
export function sectionOf(document: SigmaDocument): string {
  return document.kind === 'rule' ? 'detection' : document.kind;
}

function conditionsOf(document: Exclude<SigmaDocument, { kind: 'correlation' }>): Condition[] {
  return document.kind === 'rule' ? document.conditions.map(({ tree }) => tree) : [document.condition.tree];
}

function reportCondition(message: string, document: SigmaDocument, { report, source }: CheckContext): void {
  report(message, source.childPlace(sectionOf(document), 'condition'));
}

type Leaf = Extract<Condition, { kind: 'ref' | 'of' }>;

function visit(tree: Condition, act: (leaf: Leaf) => void): void {
  if (tree.kind === 'ref' || tree.kind === 'of') act(tree);
  else if (tree.kind === 'not') visit(tree.item, act);
  else for (const item of tree.items) visit(item, act);
}

function has(tree: Condition, test: (leaf: Extract<Condition, { kind: 'of' }>) => boolean): boolean {
  let found = false;
  visit(tree, (leaf) => (found ||= leaf.kind === 'of' && test(leaf)));
  return found;
}
