/**
 * The part of Jinja2 that templates of pipelines use: `{{ }}` with names, attributes, indexes, literals, lists, tests,
 * arithmetic on text and numbers, filters; `if`, `elif`, `else`, `for`, `set`. Anything else is refused by name; there
 * are no calls, so that a template cannot do anything but print.
 */
import { TemplateFault, lexTemplate } from './template-lex.ts';
import type { TemplateToken } from './template-lex.ts';
import { WordReader } from './template-expression.ts';
import type { TemplateExpression } from './template-expression.ts';

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly value: TemplateExpression }
  | {
      readonly kind: 'if';
      readonly branches: readonly {
        readonly test: TemplateExpression;
        readonly body: readonly TemplateNode[];
      }[];
      readonly otherwise: readonly TemplateNode[];
    }
  | {
      readonly kind: 'for';
      /** Two names take the key and value of a map. */
      readonly names: readonly string[];
      readonly list: TemplateExpression;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'set'; readonly name: string; readonly value: TemplateExpression };

const maxDepth = 50;

/** Throws TemplateFault. */
export function parseTemplate(source: string): TemplateNode[] {
  return new TemplateParser(lexTemplate(source)).parse();
}

class TemplateParser {
  readonly #tokens: readonly TemplateToken[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly TemplateToken[]) {
    this.#tokens = tokens;
  }

  parse(): TemplateNode[] {
    const { nodes, end } = this.#nodes([]);
    if (end !== null) throw new TemplateFault(`${end.name} without its beginning`, end.words.offset);
    return nodes;
  }

  /** Up to one of the tags named, which is taken. */
  #nodes(ends: readonly string[]): {
    nodes: TemplateNode[];
    end: { name: string; words: WordReader } | null;
  } {
    if (++this.#depth > maxDepth) throw new TemplateFault(`nested more than ${maxDepth} levels deep`, 0);
    const nodes: TemplateNode[] = [];
    for (let token = this.#tokens[this.#next++]; token !== undefined; token = this.#tokens[this.#next++]) {
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      const words = new WordReader(token.words);
      if (token.kind === 'print') {
        nodes.push({ kind: 'print', value: words.only() });
        continue;
      }
      const name = words.takeName();
      if (ends.includes(name) || /^(?:end|elif|else)/.test(name)) {
        if (ends.length > 0 && !ends.includes(name))
          throw new TemplateFault(`${name} stands where ${ends.join(' or ')} is expected`, token.offset);
        this.#depth--;
        return { nodes, end: { name, words } };
      }
      nodes.push(this.#tag(name, words, token.offset));
    }
    this.#depth--;
    return { nodes, end: null };
  }

  #tag(name: string, words: WordReader, offset: number): TemplateNode {
    switch (name) {
      case 'if':
        return this.#if(words, offset);
      case 'for':
        return this.#for(words, offset);
      case 'set': {
        const target = words.takeName();
        words.expect('=');
        return { kind: 'set', name: target, value: words.only() };
      }
      default:
        throw new TemplateFault(`the tag ${name} is not supported; there are if, for and set`, offset);
    }
  }

  #if(words: WordReader, offset: number): TemplateNode {
    const branches: { test: TemplateExpression; body: TemplateNode[] }[] = [];
    let test = words.only();
    for (;;) {
      const { nodes, end } = this.#nodes(['elif', 'else', 'endif']);
      if (end === null) throw new TemplateFault('if has no endif', offset);
      branches.push({ test, body: nodes });
      if (end.name === 'elif') {
        test = end.words.only();
        continue;
      }
      const otherwise = end.name === 'else' ? this.#rest('endif', offset) : [];
      return { kind: 'if', branches, otherwise };
    }
  }

  #for(words: WordReader, offset: number): TemplateNode {
    const names = [words.takeName()];
    if (words.take(',')) names.push(words.takeName());
    words.expect('in');
    const list = words.only();
    const { nodes, end } = this.#nodes(['else', 'endfor']);
    if (end === null) throw new TemplateFault('for has no endfor', offset);
    const otherwise = end.name === 'else' ? this.#rest('endfor', offset) : [];
    return { kind: 'for', names, list, body: nodes, otherwise };
  }

  #rest(name: string, offset: number): TemplateNode[] {
    const { nodes, end } = this.#nodes([name]);
    if (end === null) throw new TemplateFault(`${name} is missing`, offset);
    return nodes;
  }
}
