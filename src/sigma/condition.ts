/**
 * Conditions: `or` binds less than `and`, that less than `not`, that less than a selector (`1 of them`). Operators are
 * lower case; names hold letters, digits, `_` and `-`, patterns after `of` letters, digits, `_` and `*`.
 * Long flat chains are one node; nesting is bounded, since everything behind the parser recurses over the tree.
 */
import type { Condition } from './ast.ts';
import { RuleFault } from './fault.ts';
import type { Place } from './fault.ts';
import { selectNames } from './selector.ts';

const maxDepth = 100;
const tokenPattern = /\s*(?:([A-Za-z0-9_*-]+)|([()]))/y;

interface Token {
  readonly text: string;
  readonly offset: number;
}

/** Throws RuleFault at `place`. `names` are the detections of the rule, or whatever else `noun` says. */
export function parseCondition(
  text: string,
  names: readonly string[],
  place: Place | null,
  noun: 'detection' | 'rule' = 'detection',
): Condition {
  const pipe = text.indexOf('|');
  if (pipe !== -1) {
    throw new RuleFault(
      'HB_RULE_UNSUPPORTED',
      'aggregations after a pipe (count, near) are not supported; Sigma replaced them by correlations',
      place,
      { offset: pipe },
    );
  }
  return new ConditionParser(text, names, place, noun).parse();
}

/** The names in a condition, in order; null when it holds selectors such as `1 of them`. */
export function conditionReferences(condition: Condition): string[] | null {
  const names: string[] = [];
  const visit = (node: Condition): boolean => {
    if (node.kind === 'of') return false;
    if (node.kind === 'ref') names.push(node.name);
    else if (node.kind === 'not') return visit(node.item);
    else return node.items.every(visit);
    return true;
  };
  return visit(condition) ? names : null;
}

/** Text that parses to the same tree. */
export function renderCondition(condition: Condition): string {
  const nested = (item: Condition): string =>
    item.kind === 'and' || item.kind === 'or' ? `(${renderCondition(item)})` : renderCondition(item);
  switch (condition.kind) {
    case 'ref':
      return condition.name;
    case 'of':
      return `${condition.quantifier} of ${condition.pattern}`;
    case 'not':
      return `not ${nested(condition.item)}`;
    default:
      return condition.items.map(nested).join(` ${condition.kind} `);
  }
}

class ConditionParser {
  readonly #text: string;
  readonly #names: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #place: Place | null;
  readonly #noun: string;
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string, names: readonly string[], place: Place | null, noun: string) {
    this.#text = text;
    this.#names = names;
    this.#known = new Set(names);
    this.#place = place;
    this.#noun = noun;
    this.#tokens = this.#tokenize();
  }

  parse(): Condition {
    if (this.#tokens.length === 0) this.#fail('the condition is empty', 0);
    const tree = this.#chain('or');
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) {
      this.#fail(
        rest.text === ')'
          ? 'a parenthesis is closed that was not opened'
          : `expected and or or, found ${rest.text}`,
        rest.offset,
      );
    }
    return tree;
  }

  #tokenize(): Token[] {
    const tokens: Token[] = [];
    tokenPattern.lastIndex = 0;
    let end = 0;
    for (let found = tokenPattern.exec(this.#text); found !== null; found = tokenPattern.exec(this.#text)) {
      const text = (found[1] ?? found[2]) as string;
      end = tokenPattern.lastIndex;
      tokens.push({ text, offset: end - text.length });
    }
    const rest = this.#text.slice(end);
    if (rest.trim() !== '') {
      const offset = end + rest.length - rest.trimStart().length;
      this.#fail(`the character ${JSON.stringify(this.#text[offset])} cannot stand in a condition`, offset);
    }
    return tokens;
  }

  #chain(kind: 'and' | 'or'): Condition {
    const operand = (): Condition => (kind === 'or' ? this.#chain('and') : this.#not());
    const first = operand();
    if (this.#tokens[this.#next]?.text !== kind) return first;
    const items = [first];
    while (this.#tokens[this.#next]?.text === kind) {
      this.#next++;
      items.push(operand());
    }
    return { kind, items };
  }

  #not(): Condition {
    if (this.#tokens[this.#next]?.text !== 'not') return this.#operand();
    this.#enter();
    this.#next++;
    const item = this.#not();
    this.#depth--;
    return { kind: 'not', item };
  }

  #operand(): Condition {
    const token = this.#tokens[this.#next];
    if (token === undefined) this.#fail('the condition ends where a name is expected', this.#text.length);
    if (token.text === '(') {
      this.#enter();
      this.#next++;
      const inner = this.#chain('or');
      if (this.#tokens[this.#next]?.text !== ')') {
        const found = this.#tokens[this.#next];
        if (found === undefined) this.#fail('a parenthesis is not closed', token.offset);
        this.#fail(`expected and, or or a closing parenthesis, found ${found.text}`, found.offset);
      }
      this.#next++;
      this.#depth--;
      return inner;
    }
    if (token.text === ')' || token.text === 'and' || token.text === 'or') {
      this.#fail(`expected a name, found ${token.text}`, token.offset);
    }
    this.#next++;
    if (this.#tokens[this.#next]?.text === 'of') return this.#selector(token);
    if (!this.#known.has(token.text)) this.#fail(`no ${this.#noun} is named ${token.text}`, token.offset);
    return { kind: 'ref', name: token.text };
  }

  #selector(quantifier: Token): Condition {
    const word = quantifier.text;
    if (word !== '1' && word !== 'any' && word !== 'all') {
      this.#fail(`expected 1 of, any of or all of, found ${word} of`, quantifier.offset);
    }
    const pattern = this.#tokens[++this.#next];
    if (pattern === undefined) this.#fail(`${word} of needs them or a pattern`, this.#text.length);
    if (!/^[A-Za-z0-9_*]+$/.test(pattern.text)) {
      this.#fail(`the pattern ${pattern.text} may only hold letters, digits, _ and *`, pattern.offset);
    }
    if (selectNames(this.#names, pattern.text).length === 0) {
      this.#fail(`${word} of ${pattern.text} matches no ${this.#noun}`, pattern.offset);
    }
    this.#next++;
    return { kind: 'of', quantifier: word === 'all' ? 'all' : '1', pattern: pattern.text };
  }

  #enter(): void {
    if (++this.#depth > maxDepth) {
      this.#fail(`nested more than ${maxDepth} levels deep`, this.#tokens[this.#next]?.offset ?? 0);
    }
  }

  #fail(message: string, offset: number): never {
    const upper = this.#text.match(/\b(?:and|or|not|of)\b/gi)?.find((word) => word !== word.toLowerCase());
    throw new RuleFault('HB_RULE_CONDITION', `condition: ${message}`, this.#place, {
      offset,
      hint:
        upper === undefined ? undefined : `Operators are lower case: ${upper.toLowerCase()}, not ${upper}.`,
    });
  }
}
