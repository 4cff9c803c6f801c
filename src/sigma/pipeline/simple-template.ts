/** Templates without logic: `$name` as in Python's string.Template, `{name}` as in its str.format. */

/** `$name` and `${name}` of what is known; anything else stays, `$$` is a dollar sign. */
export function fillTemplate(template: string, values: ReadonlyMap<string, string>): string {
  return template.replaceAll(
    /\$(?:\$|(\w+)|\{(\w+)\})/g,
    (found: string, plain?: string, braced?: string) => {
      const name = plain ?? braced;
      return name === undefined ? '$' : (values.get(name) ?? found);
    },
  );
}

/** A piece of a format: literal text, or the steps from a name to a value. */
export type FormatPart = string | { readonly path: readonly string[] };

/** `{query}`, `{rule.title}`, `{pipeline.state[key]}`; doubled braces are braces. Throws Error with the reason. */
export function parseFormat(template: string): FormatPart[] {
  const parts: FormatPart[] = [];
  const pattern = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
  for (const found of template.matchAll(pattern)) {
    const [text, inner] = found;
    if (text === '{{' || text === '}}') parts.push(text[0] as string);
    else if (text === '{' || text === '}') throw new Error(`a ${text} stands alone; write it twice`);
    else if (inner === undefined) parts.push(text);
    else {
      if (/[!:]/.test(inner)) throw new Error(`{${inner}}: formats and conversions are not supported`);
      if (!/^\w+(?:\.\w+|\[[^[\]]+\])*$/.test(inner)) throw new Error(`{${inner}} does not name a value`);
      parts.push({ path: [...inner.matchAll(/\[([^[\]]+)\]|\w+/g)].map((step) => step[1] ?? step[0]) });
    }
  }
  return parts;
}
