/**
 * The one place that names fields: turns elements into leaves, each with its canonical field name and where its value
 * comes from.
 *
 * System: the element's name; attributes as `Element_Attribute`; TimeCreated's SystemTime as `SystemTime`.
 * EventData and UserData: `<Data Name="X">` is X, `<Data>` is Data, any other element its own name at any depth,
 * attributes as `Element_Attribute`. Any other child of Event: its name before those of its elements, so that the
 * rendered Level of RenderingInfo is not the Level of System; RenderingInfo's Message is Message.
 */
import type { Attribute, Content, Element } from './element.ts';

/** Where in an event an element stands. From `UNDER` on, the number less UNDER is a name: that of the part. */
export const Place = { ROOT: 0, EVENT: 1, SYSTEM: 2, DATA: 3, BELOW: 4, UNDER: 5 } as const;

/** What becomes of a leaf whose value is empty: no field, null, or the empty text. */
export const Empty = { SKIP: 0, NULL: 1, TEXT: 2 } as const;

export interface Leaf {
  readonly name: string;
  /** What its value is put together from; nothing at all is an empty value. */
  readonly parts: readonly Content[];
  readonly empty: number;
  /** Substitutions that must have a value, or the leaf is left out. */
  readonly guards: readonly number[];
  /** Substitution that names the field (`<Data Name="%1">`), or -1. */
  readonly nameFrom: number;
}

/** BinXML that stands inside elements: a substitution, or a part of the text. */
export interface Nested {
  readonly from: Content;
  readonly place: number;
  readonly guards: readonly number[];
}

export interface Flat {
  readonly leaves: Leaf[];
  readonly nested: Nested[];
}

/** Texts by id, and of constants, which have no id outside of templates. */
export interface Texts {
  name(id: number): string;
  constant(content: Content & { type: 'constant' }): string;
}

/** Elements of System that never have text: `<Correlation/>` is no field that is null. */
const ATTRIBUTES_ONLY = new Set(['Provider', 'TimeCreated', 'Correlation', 'Execution', 'Security']);
/** Longest text taken from a document as part of a field's name. */
export const MAX_FIELD_NAME = 1024;

export function flatten(top: readonly Content[], place: number, texts: Texts): Flat {
  const flat: Flat = { leaves: [], nested: [] };
  for (const content of top) visit(content, place, [], flat, texts, true);
  return flat;
}

function visit(
  content: Content,
  place: number,
  guards: readonly number[],
  flat: Flat,
  texts: Texts,
  top = false,
): void {
  if (content.type !== 'element') {
    if (isNested(content)) flat.nested.push({ from: content, place, guards });
    return;
  }
  const { element } = content;
  const name = texts.name(element.name);
  // A template's root stands for the value that holds the template: nothing can leave it out.
  const own = element.dependency < 0 || top ? guards : [...guards, element.dependency];
  if (place === Place.ROOT && name === 'Event') {
    for (const child of element.content) visit(child, Place.EVENT, own, flat, texts);
    return;
  }
  if (place === Place.DATA && name === 'Data') {
    dataLeaf(element, own, flat, texts);
    return;
  }
  const under = place <= Place.EVENT ? placeOf(name, element.name) : place;
  const prefix = place >= Place.UNDER ? texts.name(place - Place.UNDER) : '';
  const field = (text: string): string => (prefix === '' ? text : `${prefix}_${text}`);
  for (const attribute of element.attributes) {
    const attributeName = texts.name(attribute.name);
    const time = place === Place.SYSTEM && name === 'TimeCreated' && attributeName === 'SystemTime';
    flat.leaves.push({
      name: time ? attributeName : field(`${name}_${attributeName}`),
      parts: attribute.content,
      empty: Empty.SKIP,
      guards: own,
      nameFrom: -1,
    });
  }
  const below = place <= Place.EVENT ? under : childPlace(place, name);
  const parts = element.content.filter((child) => child.type !== 'element');
  const childless = parts.length === element.content.length;
  const bare = childless && element.attributes.length === 0 && place > Place.EVENT;
  const silent = place === Place.SYSTEM && ATTRIBUTES_ONLY.has(name);
  if (parts.length > 0 || (bare && !silent)) {
    const message = prefix === 'RenderingInfo' && name === 'Message';
    flat.leaves.push({
      name: message ? name : field(name),
      parts,
      empty: bare ? Empty.NULL : Empty.SKIP,
      guards: own,
      nameFrom: -1,
    });
  }
  for (const child of element.content) visit(child, below, own, flat, texts);
}

function dataLeaf(element: Element, guards: readonly number[], flat: Flat, texts: Texts): void {
  const named = element.attributes.find((attribute) => texts.name(attribute.name) === 'Name');
  const parts = element.content.filter((child) => child.type !== 'element');
  if (parts.length > 0 || element.content.length === 0) {
    flat.leaves.push({
      name: named === undefined ? 'Data' : literal(named, texts),
      parts,
      empty: Empty.TEXT,
      guards,
      nameFrom: named === undefined ? -1 : nameSource(named),
    });
  }
  for (const child of element.content) visit(child, Place.BELOW, guards, flat, texts);
}

function placeOf(name: string, id: number): number {
  if (name === 'System') return Place.SYSTEM;
  if (name === 'EventData' || name === 'UserData') return Place.DATA;
  return Place.UNDER + id;
}

function childPlace(place: number, name: string): number {
  if (place >= Place.UNDER || place === Place.SYSTEM) return place;
  return name === 'EventData' || name === 'UserData' ? Place.DATA : Place.BELOW;
}

function literal(attribute: Attribute, texts: Texts): string {
  const only = attribute.content[0];
  if (attribute.content.length !== 1 || only?.type !== 'constant') return 'Data';
  const text = texts.constant(only);
  return text === '' || text.length > MAX_FIELD_NAME ? 'Data' : text;
}

function nameSource(attribute: Attribute): number {
  const only = attribute.content[0];
  return attribute.content.length === 1 && only?.type === 'substitution' ? only.index : -1;
}

function isNested(content: Content): boolean {
  if (content.type === 'substitution' || content.type === 'instance') return true;
  return content.type === 'constant' && content.kind === 0x21;
}
