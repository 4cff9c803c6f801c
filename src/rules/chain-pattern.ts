/**
 * The short form of a chain of processes, as `huntbook chain` takes it, to the rules that it stands for:
 *
 *     cmd.exe > powershell.exe "-enc" >> winword.exe|excel.exe|C:\Tools\*.exe
 *
 * Steps from the ancestor down: `>` a child, `>>` any depth. A step is one image or several, divided by `|`: a bare name
 * is the file name of the image, with `*` and `?` a pattern of it; what has `\`, `/` or `:` in it is the whole path,
 * wildcards allowed. Texts in quotes after the images must all be in the command line, as they are. Names that hold
 * spaces or signs of the short form are quoted too. Quotes are `"` or `'`, doubled where they mean themselves. Case
 * makes no difference. `*` alone is any process.
 */
import { HuntbookError } from '../errors.ts';
import { parseTimespan } from '../sigma/index.ts';
import { chainYaml, type ChainPattern, type ChainStep } from './chain-yaml.ts';

export interface ChainPatternOptions {
  /** A time span of Sigma, such as 10m (default). */
  readonly within?: string;
  /** Most generations from one step to the next, where they need not be children. */
  readonly maxDepth?: number;
  /** Processes of which none may stand between two steps: a step of the short form. */
  readonly notBetween?: string;
  /** Default: the pattern. */
  readonly title?: string;
}

const maxText = 10_000;
const maxSteps = 10;
const maxGenerations = 1000;
/** Longer titles are refused by the parser of rules. */
const maxTitle = 256;

/** YAML documents: a rule for each step, and the chain. Throws HB_USAGE with the place of the fault in the pattern. */
export function parseChainPattern(text: string, options: ChainPatternOptions = {}): string {
  const pattern = parseSteps(text);
  if (pattern.steps.length < 2)
    throw faultAt(text, text.length, 'a chain needs two steps or more, with > or >> between them');
  const { within = '10m', maxDepth, notBetween, title } = options;
  if (parseTimespan(within) === undefined)
    throw usage(`${JSON.stringify(within)} is no span of time: a number and one of s m h d w, such as 10m`);
  if (maxDepth !== undefined) checkDepth(maxDepth, pattern);
  const between = notBetween === undefined ? null : parseBetween(notBetween);
  if (title !== undefined && (title.length > maxTitle || title.trim() === '' || unprintable.test(title)))
    throw usage(`the title must be printable text of ${maxTitle} characters at most`);
  return chainYaml(pattern, { within, maxDepth: maxDepth ?? null, between, title: title ?? null });
}

function checkDepth(maxDepth: number, { relations }: ChainPattern): void {
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > maxGenerations)
    throw usage(`the depth must be a whole number from 1 to ${maxGenerations}`);
  if (!relations.includes('descendant'))
    throw usage('a depth has no meaning where every step is a child (>) of the one before');
}

function parseBetween(text: string): ChainStep {
  const { steps } = parseSteps(text);
  if (steps.length !== 1)
    throw usage(`what may not stand between is one step, without >: ${JSON.stringify(text.slice(0, 200))}`);
  return steps[0] as ChainStep;
}

/** Control characters, half characters, and what breaks lines or hides in YAML. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/u;
const token = /\s*(?:(>{1,2})|(\|)|(["'])|([^\s>|"']+))/uy;

function parseSteps(text: string): ChainPattern {
  if (text.length > maxText) throw usage(`the pattern is longer than ${maxText} characters`);
  const odd = unprintable.exec(text);
  if (odd) throw faultAt(text, odd.index, 'a character that can not be printed');
  const steps: ChainStep[] = [];
  const relations: ('child' | 'descendant')[] = [];
  let images: string[] = [];
  let commandLine: string[] = [];
  let begin = 0;
  let wantsImage = true;
  const finish = (end: number): void => {
    if (wantsImage)
      throw faultAt(text, end, images.length > 0 ? 'an image is missing after |' : 'an image is missing');
    if (steps.length === maxSteps) throw faultAt(text, begin, `a chain has ${maxSteps} steps at most`);
    steps.push({ images, commandLine, text: text.slice(begin, end).trim() });
    images = [];
    commandLine = [];
    wantsImage = true;
  };
  for (let at = 0; text.slice(at).trim() !== '';) {
    token.lastIndex = at;
    const [all = '', arrow, bar, quote, bare] = token.exec(text) ?? [];
    const start = at + all.length - (arrow ?? bar ?? quote ?? bare ?? '').length;
    at += all.length;
    if (arrow !== undefined) {
      finish(start);
      if (text[at] === '>') throw faultAt(text, at, 'between steps stands > (child) or >> (any depth)');
      relations.push(arrow === '>' ? 'child' : 'descendant');
      begin = at;
    } else if (bar !== undefined) {
      if (wantsImage) throw faultAt(text, start, 'an image is missing before |');
      if (commandLine.length > 0)
        throw faultAt(text, start, 'texts of the command line come after all images of a step');
      wantsImage = true;
    } else {
      let word = bare;
      if (word === undefined) ({ word, at } = readQuoted(text, start));
      if (word === '') throw faultAt(text, start, 'there is nothing in these quotes');
      if (wantsImage) images.push(checkImage(text, start, word));
      else if (quote !== undefined) commandLine.push(word);
      else
        throw faultAt(
          text,
          start,
          'between steps stands > or >>, between images |; names with spaces are quoted',
        );
      wantsImage = false;
    }
  }
  finish(text.length);
  return { steps, relations };
}

function readQuoted(text: string, start: number): { word: string; at: number } {
  const quote = text[start] as string;
  let word = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== quote) word += text[at];
    else if (text[at + 1] === quote) word += text[at++];
    else return { word, at: at + 1 };
  }
  throw faultAt(text, start, `the quote ${quote} is not closed`);
}

function checkImage(text: string, start: number, word: string): string {
  if (word.trim() !== word) throw faultAt(text, start, 'an image begins or ends with a space');
  if (/[\\/]$/u.test(word)) throw faultAt(text, start, 'an image is a file: this ends like a folder');
  return word;
}

function usage(
  message: string,
  hint = "A chain is written so: 'cmd.exe > powershell.exe >> winword.exe|excel.exe'",
) {
  return new HuntbookError('HB_USAGE', message, { hint });
}

/** Characters of a long pattern shown on either side. */
const shownAround = 50;

function faultAt(text: string, at: number, message: string): HuntbookError {
  const from = Math.max(0, at - shownAround);
  const shown = text.slice(from, at + shownAround).replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/gu, '?');
  const lead = from > 0 ? '…' : '';
  const tail = at + shownAround < text.length ? '…' : '';
  const place = Array.from(text.slice(from, at)).length + lead.length;
  return usage(`column ${at + 1}: ${message}\n  ${lead}${shown}${tail}\n  ${' '.repeat(place)}^`);
}
