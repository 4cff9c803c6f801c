/** Expressions of templates: what they are, and how their words are read. See `template-parse.ts` for what is supported. */
import { filterNames } from './template-filters.ts';
import { TemplateFault } from './template-lex.ts';
import type { Word } from './template-lex.ts';

export type TemplateExpression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly TemplateExpression[] }
  | { readonly kind: 'get'; readonly of: TemplateExpression; readonly key: TemplateExpression }
  | { readonly kind: 'not'; readonly value: TemplateExpression }
  | {
      readonly kind: 'binary';
      readonly op: string;
      readonly left: TemplateExpression;
      readonly right: TemplateExpression;
    }
  | {
      readonly kind: 'choice';
      readonly test: TemplateExpression;
      readonly yes: TemplateExpression;
      readonly no: TemplateExpression | null;
    }
  | {
      readonly kind: 'test';
      readonly value: TemplateExpression;
      readonly name: string;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'filter';
      readonly value: TemplateExpression;
      readonly name: string;
      readonly args: readonly TemplateExpression[];
    };

const tests = ['defined', 'undefined', 'none', 'string', 'number', 'mapping', 'iterable', 'true', 'false'];
const maxDepth = 50;

/** Operators from the loosest to the tightest. */
const levels: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['~'],
  ['+', '-'],
];

/** Reads the words of one expression or tag. Throws TemplateFault. */
export class WordReader {
  readonly #words: readonly Word[];
  #next = 0;
  #depth = 0;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  get offset(): number {
    return this.#peek().offset;
  }

  /** The expression that is all there is. */
  only(): TemplateExpression {
    const value = this.#choice();
    const rest = this.#peek();
    if (rest.kind !== 'end') this.#fail(`${rest.text} is not expected here`);
    return value;
  }

  take(text: string): boolean {
    const word = this.#peek();
    if (word.kind === 'string' || word.text !== text) return false;
    this.#next++;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.#fail(`expected ${text}, found ${this.#peek().text}`);
  }

  takeName(): string {
    const word = this.#peek();
    if (word.kind !== 'name') this.#fail(`expected a name, found ${word.text}`);
    this.#next++;
    return word.text;
  }

  #peek(): Word {
    return this.#words[this.#next] as Word;
  }

  #fail(message: string): never {
    throw new TemplateFault(message, this.#peek().offset);
  }

  #choice(): TemplateExpression {
    if (++this.#depth > maxDepth) this.#fail(`nested more than ${maxDepth} levels deep`);
    let value = this.#binary(0);
    if (this.take('if')) {
      const test = this.#binary(0);
      value = { kind: 'choice', test, yes: value, no: this.take('else') ? this.#choice() : null };
    }
    this.#depth--;
    return value;
  }

  #binary(level: number): TemplateExpression {
    const operators = levels[level];
    if (operators === undefined) return this.#postfix();
    if (level === 2 && this.take('not')) return { kind: 'not', value: this.#binary(2) };
    let left = this.#binary(level + 1);
    for (;;) {
      const op = operators.find((operator) => this.take(operator));
      if (op !== undefined) left = { kind: 'binary', op, left, right: this.#binary(level + 1) };
      else if (level === 2 && this.#words[this.#next + 1]?.text === 'in' && this.take('not')) {
        this.expect('in');
        left = { kind: 'not', value: { kind: 'binary', op: 'in', left, right: this.#binary(3) } };
      } else return left;
    }
  }

  #postfix(): TemplateExpression {
    let value = this.#primary();
    for (;;) {
      if (this.take('.'))
        value = { kind: 'get', of: value, key: { kind: 'literal', value: this.takeName() } };
      else if (this.take('[')) {
        value = { kind: 'get', of: value, key: this.#choice() };
        this.expect(']');
      } else if (this.take('|')) value = this.#filter(value);
      else if (this.take('is')) {
        const negated = this.take('not');
        const name = this.takeName();
        if (!tests.includes(name))
          this.#fail(`the test ${name} is not supported; there are ${tests.join(', ')}`);
        value = { kind: 'test', value, name, negated };
      } else if (this.#peek().text === '(' && this.#peek().kind === 'symbol') {
        this.#fail('calls are not supported: use a filter');
      } else return value;
    }
  }

  #filter(value: TemplateExpression): TemplateExpression {
    const name = this.takeName();
    if (!filterNames.has(name))
      this.#fail(`the filter ${name} is not supported; there are ${[...filterNames].join(', ')}`);
    const args: TemplateExpression[] = [];
    if (this.take('(') && !this.take(')')) {
      do {
        if (this.#peek().kind === 'name' && this.#words[this.#next + 1]?.text === '=') this.#next += 2;
        args.push(this.#choice());
      } while (this.take(','));
      this.expect(')');
    }
    return { kind: 'filter', value, name, args };
  }

  #primary(): TemplateExpression {
    const word = this.#peek();
    if (this.take('(')) {
      const value = this.#choice();
      this.expect(')');
      return value;
    }
    if (this.take('[')) {
      const items: TemplateExpression[] = [];
      if (!this.take(']')) {
        do items.push(this.#choice());
        while (this.take(','));
        this.expect(']');
      }
      return { kind: 'list', items };
    }
    if (this.take('-')) {
      const value = this.#primary();
      if (value.kind !== 'literal' || typeof value.value !== 'number')
        this.#fail('- stands only before a number');
      return { kind: 'literal', value: -value.value };
    }
    this.#next++;
    if (word.kind === 'string') return { kind: 'literal', value: word.text };
    if (word.kind === 'number') return { kind: 'literal', value: Number(word.text) };
    if (word.kind !== 'name') {
      this.#next--;
      this.#fail(word.kind === 'end' ? 'a value is missing' : `${word.text} is not expected here`);
    }
    const constant = constants.get(word.text);
    return constant === undefined ? { kind: 'name', name: word.text } : { kind: 'literal', value: constant };
  }
}

const constants = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);
