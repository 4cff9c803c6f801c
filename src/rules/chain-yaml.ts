/** Rules of a chain in short form as YAML that a person would keep. The same chain always gives the same text. */
import { createHash } from 'node:crypto';

export interface ChainStep {
  readonly images: readonly string[];
  readonly commandLine: readonly string[];
  /** As written, without spaces around it. */
  readonly text: string;
}

export interface ChainPattern {
  readonly steps: readonly ChainStep[];
  readonly relations: readonly ('child' | 'descendant')[];
}

interface Settings {
  readonly within: string;
  readonly maxDepth: number | null;
  readonly between: ChainStep | null;
  readonly title: string | null;
}

/** Titles that the parser of rules takes, with room for what stands before. */
const maxTitle = 240;

export function chainYaml({ steps, relations }: ChainPattern, settings: Settings): string {
  const { within, maxDepth, between, title } = settings;
  const content = JSON.stringify([
    steps.map(meaning),
    relations,
    within,
    maxDepth,
    between && meaning(between),
  ]);
  const mark = digest(content).slice(0, 6);
  const idOf = (part: string): string => uuid(`${part} ${content}`);
  const written = steps.map(({ text }, at) =>
    at === 0 ? text : `${relations[at - 1] === 'child' ? '>' : '>>'} ${text}`,
  );
  const pattern = written.join(' ');
  const parts = steps.map((step, at) => ({
    name: `step_${at + 1}_${mark}`,
    title: `Step ${at + 1} of ${steps.length}: ${step.text}`,
    step,
  }));
  const others = between
    ? [{ name: `not_between_${mark}`, title: `Not between: ${between.text}`, step: between }]
    : [];
  const documents = [...parts, ...others].map((part) =>
    ruleOf(part.name, idOf(part.name), part.title, part.step),
  );
  const mixed = new Set(relations).size > 1;
  const chain = [
    `title: ${scalar(cut(title ?? pattern))}`,
    `id: ${idOf('chain')}`,
    `name: chain_${mark}`,
    'status: experimental',
    `description: ${scalar(`Processes of one host, each started by or below the one before: ${pattern}`)}`,
    'correlation:',
    '  type: process_chain',
    '  rules:',
    ...parts.map(({ name }) => `    - ${name}`),
    ...(mixed ? ['  relation:', ...relations.map((one) => `    - ${one}`)] : [`  relation: ${relations[0]}`]),
    `  timespan: ${within}`,
    ...others.map(({ name }) => `  not-between: ${name}`),
    ...(maxDepth === null ? [] : [`  max-depth: ${maxDepth}`]),
    'level: medium',
  ];
  return [...documents, `${chain.join('\n')}\n`].join('---\n');
}

function ruleOf(name: string, id: string, title: string, { images, commandLine }: ChainStep): string {
  const kinds = imageItems(images);
  const texts = [...new Set(commandLine)];
  const command = item(
    texts.length > 1 ? 'CommandLine|contains|all' : 'CommandLine|contains',
    texts.map((text) => escaped(text)),
  );
  const several = kinds.length > 1;
  const lines = several
    ? kinds.flatMap(({ name: kind, lines: own }) => [`  image_${kind}:`, ...own])
    : ['  selection:', ...(kinds[0]?.lines ?? []), ...(texts.length > 0 ? command : [])];
  if (several && texts.length > 0) lines.push('  command_line:', ...command);
  const condition = several ? `1 of image_*${texts.length > 0 ? ' and command_line' : ''}` : 'selection';
  return [
    `title: ${scalar(cut(title))}`,
    `id: ${id}`,
    `name: ${name}`,
    'status: experimental',
    'description: A step of the chain of processes below.',
    'logsource:',
    '  category: process_creation',
    '  product: windows',
    'detection:',
    ...lines,
    `  condition: ${condition}`,
    'level: informational',
    '',
  ].join('\n');
}

/** Names, patterns of names and whole paths, each kind as one item. */
function imageItems(images: readonly string[]): { name: string; lines: string[] }[] {
  const seen = new Map(images.map((image) => [image.toLowerCase(), image]));
  const all = [...seen.values()];
  const isPath = (image: string): boolean => image === '*' || /[\\/:]/u.test(image);
  const isPattern = (image: string): boolean => /[*?]/u.test(image);
  const names = all.filter((image) => !isPath(image) && !isPattern(image));
  const patterns = all.filter((image) => !isPath(image) && isPattern(image));
  const paths = all.filter(isPath);
  return [
    {
      name: 'name',
      lines: item(
        'Image|endswith',
        names.map((image) => escaped(`\\${image}`)),
      ),
    },
    // A wildcard of Sigma would go beyond the file name.
    { name: 'pattern', lines: item('Image|re|i', patterns.map(fileNameRegex)) },
    {
      name: 'path',
      lines: item(
        'Image',
        paths.map((image) => escaped(image, true)),
      ),
    },
  ].filter(({ lines }) => lines.length > 0);
}

function item(key: string, values: readonly string[]): string[] {
  if (values.length === 0) return [];
  if (values.length === 1) return [`    ${key}: ${scalar(values[0] as string)}`];
  return [`    ${key}:`, ...values.map((value) => `      - ${scalar(value)}`)];
}

/** Text as a value of Sigma, in which `*` and `?` are wildcards: a backslash is doubled only where it would mean more. */
function escaped(text: string, wildcards = false): string {
  const slashes = text.replaceAll(/\\(?=[\\*?])/gu, '\\\\');
  return wildcards ? slashes : slashes.replaceAll(/[*?]/gu, '\\$&');
}

function fileNameRegex(image: string): string {
  const body = Array.from(image, (char) => {
    if (char === '*') return '[^\\\\]*';
    if (char === '?') return '[^\\\\]';
    return char.replace(/[.^$+(){}[\]|\\]/u, '\\$&');
  });
  return `(?:^|\\\\)${body.join('')}$`;
}

function scalar(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function cut(text: string): string {
  const chars = [...text];
  return chars.length > maxTitle ? `${chars.slice(0, maxTitle - 1).join('')}…` : text;
}

function meaning({ images, commandLine }: ChainStep): unknown {
  return [images.map((image) => image.toLowerCase()), commandLine];
}

function digest(text: string): string {
  return createHash('sha256').update(`huntbook chain ${text}`).digest('hex');
}

/** Version 8 of RFC 9562: bits of our own making, here those of a digest. */
function uuid(text: string): string {
  const hex = digest(text);
  const variant = ((parseInt(hex[16] as string, 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
