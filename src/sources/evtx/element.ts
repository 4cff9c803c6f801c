/** Elements of BinXML, built from a shape. */
import type { ShapeReader } from './shape.ts';
import { Item } from './shape.ts';

export type Content =
  | { readonly type: 'element'; readonly element: Element }
  | { readonly type: 'constant'; readonly index: number; readonly kind: number; readonly id: number }
  | { readonly type: 'substitution'; readonly index: number }
  | { readonly type: 'character'; readonly unit: number }
  | { readonly type: 'entity'; readonly name: number }
  | { readonly type: 'instance'; readonly index: number };

export interface Attribute {
  readonly name: number;
  readonly content: Content[];
}

export interface Element {
  readonly name: number;
  /** Index of the substitution without whose value the element is left out, or -1. */
  readonly dependency: number;
  readonly attributes: Attribute[];
  readonly content: Content[];
}

/** The top-level content of the shape that `reader` read last. Elements left open are closed at the end. */
export function buildElements(reader: ShapeReader): Content[] {
  const { items, length } = reader;
  const top: Content[] = [];
  const open: Element[] = [];
  let target = top;
  let constants = 0;
  for (let at = 0; at < length;) {
    switch (items[at]) {
      case Item.OPEN: {
        const element: Element = {
          name: items[at + 1] as number,
          dependency: items[at + 2] as number,
          attributes: [],
          content: [],
        };
        (open.at(-1)?.content ?? top).push({ type: 'element', element });
        open.push(element);
        target = element.content;
        at += 3;
        break;
      }
      case Item.ATTRIBUTE: {
        const attribute: Attribute = { name: items[at + 1] as number, content: [] };
        open.at(-1)?.attributes.push(attribute);
        target = attribute.content;
        at += 2;
        break;
      }
      case Item.CONTENT:
        target = open.at(-1)?.content ?? top;
        at++;
        break;
      case Item.CLOSE:
        open.pop();
        target = open.at(-1)?.content ?? top;
        at++;
        break;
      case Item.CONSTANT:
        target.push({
          type: 'constant',
          index: constants++,
          kind: items[at + 1] as number,
          id: items[at + 2] as number,
        });
        at += 3;
        break;
      case Item.INSTANCE:
        target.push({ type: 'instance', index: constants++ });
        at += 3;
        break;
      case Item.SUBSTITUTION:
        target.push({ type: 'substitution', index: items[at + 1] as number });
        at += 2;
        break;
      case Item.CHARACTER:
        target.push({ type: 'character', unit: items[at + 1] as number });
        at += 2;
        break;
      default:
        target.push({ type: 'entity', name: items[at + 1] as number });
        at += 2;
    }
  }
  return top;
}
