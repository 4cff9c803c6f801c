/** Names and literals of PPL. */
const plainName = /^[A-Za-z_]\w*$/;
const reserved = new Set('and as between by false in is like not null or source true where xor'.split(' '));

/** `message` completes "cannot express"; whoever knows the rule makes an error with its place of it. */
export class UnwritableName extends Error {}

/** A backtick within a name cannot be written: refused. */
export function pplField(name: string): string {
  if (plainName.test(name) && !reserved.has(name.toLowerCase())) return name;
  if (!name.includes('`')) return `\`${name}\``;
  throw new UnwritableName(`the name ${JSON.stringify(name)}, as a backtick in it has no escape`);
}

export function pplString(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
