/** Runs templates over plain data. What they may write and how often they may loop is bounded. */
import type { TemplateExpression } from './template-expression.ts';
import { applyFilter, compareValues, isTrue, toList, toText } from './template-filters.ts';
import type { TemplateValue } from './template-filters.ts';
import { parseTemplate } from './template-parse.ts';
import type { TemplateNode } from './template-parse.ts';
import { isRecord } from './parameters.ts';

export type Template = (values: Readonly<Record<string, unknown>>) => string;

const maxOutput = 16 * 1024 * 1024;
const maxRounds = 1_000_000;

/** Throws TemplateFault where the syntax is wrong or not supported. The template throws RangeError beyond its bounds. */
export function compileTemplate(source: string): Template {
  const nodes = parseTemplate(source);
  return (values) => {
    const run = new TemplateRun();
    run.write(nodes, new Map(Object.entries(values)));
    return run.text();
  };
}

type Scope = Map<string, TemplateValue>;

class TemplateRun {
  #out: string[] = [];
  #size = 0;
  #rounds = 0;

  text(): string {
    return this.#out.join('');
  }

  write(nodes: readonly TemplateNode[], scope: Scope): void {
    for (const node of nodes) this.#node(node, scope);
  }

  #node(node: TemplateNode, scope: Scope): void {
    switch (node.kind) {
      case 'text':
        return this.#add(node.text);
      case 'print':
        return this.#add(toText(this.#value(node.value, scope)));
      case 'set':
        scope.set(node.name, this.#value(node.value, scope));
        return;
      case 'if': {
        const branch = node.branches.find(({ test }) => isTrue(this.#value(test, scope)));
        return this.write(branch?.body ?? node.otherwise, scope);
      }
      default:
        return this.#loop(node, scope);
    }
  }

  #loop(node: Extract<TemplateNode, { kind: 'for' }>, scope: Scope): void {
    const value = this.#value(node.list, scope);
    const pairs = node.names.length === 2;
    const items = pairs && isRecord(value) ? Object.entries(value) : toList(value);
    if (items.length === 0) return this.write(node.otherwise, scope);
    items.forEach((item, index) => {
      if (++this.#rounds > maxRounds) throw new RangeError(`the template loops more than ${maxRounds} times`);
      const inner = new Map(scope);
      if (pairs) {
        const [key, entry] = Array.isArray(item) ? (item as unknown[]) : [item];
        inner.set(node.names[0] as string, key).set(node.names[1] as string, entry);
      } else inner.set(node.names[0] as string, item);
      inner.set('loop', {
        index: index + 1,
        index0: index,
        first: index === 0,
        last: index === items.length - 1,
        length: items.length,
      });
      this.write(node.body, inner);
    });
  }

  #add(text: string): void {
    this.#size += text.length;
    if (this.#size > maxOutput) throw new RangeError(`the template writes more than ${maxOutput} characters`);
    this.#out.push(text);
  }

  #value(node: TemplateExpression, scope: Scope): TemplateValue {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'name':
        return scope.get(node.name);
      case 'list':
        return node.items.map((item) => this.#value(item, scope));
      case 'get':
        return getMember(this.#value(node.of, scope), this.#value(node.key, scope));
      case 'not':
        return !isTrue(this.#value(node.value, scope));
      case 'choice':
        if (isTrue(this.#value(node.test, scope))) return this.#value(node.yes, scope);
        return node.no === null ? undefined : this.#value(node.no, scope);
      case 'test':
        return runTest(node.name, this.#value(node.value, scope)) !== node.negated;
      case 'filter': {
        const value = this.#value(node.value, scope);
        const result = applyFilter(
          node.name,
          value,
          node.args.map((arg) => this.#value(arg, scope)),
        );
        if (typeof result === 'string' && result.length > maxOutput)
          throw new RangeError('a text is too long');
        return result;
      }
      default:
        return this.#binary(node, scope);
    }
  }

  #binary(node: Extract<TemplateExpression, { kind: 'binary' }>, scope: Scope): TemplateValue {
    const left = this.#value(node.left, scope);
    if (node.op === 'or') return isTrue(left) ? left : this.#value(node.right, scope);
    if (node.op === 'and') return isTrue(left) ? this.#value(node.right, scope) : left;
    const right = this.#value(node.right, scope);
    switch (node.op) {
      case '==':
        return isEqual(left, right);
      case '!=':
        return !isEqual(left, right);
      case '<':
        return compareValues(left, right) < 0;
      case '<=':
        return compareValues(left, right) <= 0;
      case '>':
        return compareValues(left, right) > 0;
      case '>=':
        return compareValues(left, right) >= 0;
      case 'in':
        return typeof right === 'string'
          ? right.includes(toText(left))
          : toList(right).some((item) => isEqual(item, left));
      case '-':
        return Number(left) - Number(right);
      default:
        if (node.op === '+' && typeof left === 'number' && typeof right === 'number') return left + right;
        if (node.op === '+' && Array.isArray(left) && Array.isArray(right))
          return [...left, ...right] as unknown[];
        return bound(toText(left) + toText(right));
    }
  }
}

function bound(text: string): string {
  if (text.length > maxOutput) throw new RangeError('a text is too long');
  return text;
}

/** Only what the data holds itself: nothing of the language shows through. */
function getMember(value: TemplateValue, key: TemplateValue): TemplateValue {
  if (Array.isArray(value)) return typeof key === 'number' ? (value.at(key) as unknown) : undefined;
  if (typeof value === 'string') return typeof key === 'number' ? value.at(key) : undefined;
  if (!isRecord(value)) return undefined;
  const name = toText(key);
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function runTest(name: string, value: TemplateValue): boolean {
  switch (name) {
    case 'defined':
      return value !== undefined;
    case 'undefined':
      return value === undefined;
    case 'none':
      return value === null;
    case 'string':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'mapping':
      return isRecord(value);
    case 'iterable':
      return Array.isArray(value) || typeof value === 'string' || isRecord(value);
    default:
      return value === (name === 'true');
  }
}

function isEqual(a: TemplateValue, b: TemplateValue): boolean {
  if (typeof a === 'object' && typeof b === 'object') return JSON.stringify(a) === JSON.stringify(b);
  return a === b || (a === undefined && b === null);
}
