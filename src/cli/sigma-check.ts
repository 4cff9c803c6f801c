/** `huntbook sigma check`: validators over rule files, and mending what can be mended safely. */
import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { packageVersion } from '../config/index.ts';
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { isSqlHunt, listRuleFiles, parseSqlHunt, readRuleFile } from '../rules/index.ts';
import {
  atLeast,
  checkRules,
  chooseValidators,
  fixText,
  parseCheckConfig,
  parseRules,
  sarifLog,
  unifiedDiff,
  validators,
} from '../sigma/index.ts';
import type {
  CheckConfig,
  CheckInput,
  CheckOptions,
  Finding,
  ParseResult,
  Severity,
} from '../sigma/index.ts';
import { useColor } from './color.ts';
import { exit } from './exit.ts';
import { openOutput, writeWhole } from './output.ts';
import { readStandardInput } from './sigma-rules.ts';
import { textTable } from './text-table.ts';

export interface CheckCliOptions {
  readonly validators?: string[];
  readonly exclude?: string[];
  readonly convention?: string;
  readonly config?: string;
  readonly format: 'text' | 'json' | 'ndjson' | 'sarif';
  readonly failOn: Severity;
  readonly fix?: boolean;
  readonly dryRun?: boolean;
  readonly list?: boolean;
  readonly output?: string;
  readonly force?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/** What one run did. */
interface Outcome {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly documents: number;
  readonly sqlHunts: number;
  readonly fixed: number;
  readonly fixedFiles: number;
}

/** Exits with the status of rule errors when a finding is as bad as `failOn` or worse. */
export async function runSigmaCheck(paths: readonly string[], options: CheckCliOptions): Promise<void> {
  if (options.list === true) {
    listValidators();
    return;
  }
  if (paths.length === 0) throw new HuntbookError('HB_USAGE', 'sigma check: no rules; name files or folders');
  if (options.dryRun === true && options.fix !== true)
    throw new HuntbookError('HB_USAGE', '--dry-run shows what --fix would change: give both');
  const choice = checkOptions(options);
  const { inputs, unreadable, listed, sqlHunts } = paths.includes('-')
    ? readStandardInputs(await readStandardInput(paths), options)
    : readInputs(paths);
  if (listed === 0) throw new HuntbookError('HB_NOT_FOUND', `${paths.join(', ')}: holds no rule`);
  const output = openOutput(options.output, options.force === true);
  try {
    const mended =
      options.fix === true ? await fixAll(inputs, choice, options) : { inputs, fixed: 0, files: 0, diff: '' };
    const findings = [...unreadable, ...checkRules(mended.inputs, choice)];
    const outcome: Outcome = {
      findings,
      files: mended.inputs.length + unreadable.length + sqlHunts,
      documents: mended.inputs.reduce((sum, { parsed }) => sum + documentCount(parsed), 0),
      sqlHunts,
      fixed: mended.fixed,
      fixedFiles: mended.files,
    };
    const text = options.dryRun === true ? mended.diff : render(outcome, options, output.file === undefined);
    if (text !== '') output.stream.write(text);
    await Promise.race([output.commit(), output.failed]);
    if (options.quiet !== true) process.stderr.write(`${summaryLine(outcome, options)}\n`);
    await exit(
      findings.some(({ severity }) => atLeast(severity, options.failOn)) ? ExitCode.rule : ExitCode.ok,
    );
  } catch (error) {
    output.discard();
    throw output.reason(error);
  }
}

function checkOptions(options: CheckCliOptions): CheckOptions {
  const config: CheckConfig | null =
    options.config === undefined ? null : parseCheckConfig(readConfig(options.config), options.config);
  for (const name of config?.unknown ?? [])
    process.stderr.write(`warning: ${terminalText(`${options.config}: there is no validator ${name}`)}\n`);
  const names = options.validators ?? config?.names ?? [];
  return {
    validators: chooseValidators({
      names,
      exclude: options.exclude ?? [],
      conventions: options.convention === undefined ? [] : [options.convention],
    }),
    ...(config === null ? {} : { exclusions: config.exclusions }),
  };
}

function readConfig(file: string): string {
  try {
    return readRuleFile(file);
  } catch (error) {
    if (error instanceof HuntbookError && error.code !== 'HB_NOT_FOUND')
      throw new HuntbookError('HB_CONFIG', error.message, { cause: error });
    throw error;
  }
}

interface Inputs {
  readonly inputs: readonly CheckInput[];
  readonly unreadable: readonly Finding[];
  /** Files that were looked at, with those that hold no Sigma document. */
  readonly listed: number;
  readonly sqlHunts: number;
}

function readInputs(paths: readonly string[]): Inputs {
  const { files, errors } = listRuleFiles(paths);
  const unreadable = errors.map((error) => errorFinding(error, error.position?.file ?? ''));
  const inputs: CheckInput[] = [];
  let sqlHunts = 0;
  for (const { path, named } of files) {
    try {
      const read = readRuleFile(path);
      const text = read.charCodeAt(0) === 0xfeff ? read.slice(1) : read;
      if (isSqlHunt(text)) {
        const hunt = readSqlHunt(text, path);
        unreadable.push(...hunt.unreadable);
        sqlHunts += hunt.sqlHunts;
        continue;
      }
      const parsed = parse(text, path, named);
      if (documentCount(parsed) + parsed.errors.length > 0) inputs.push({ path, text, parsed });
    } catch (error) {
      if (!(error instanceof HuntbookError)) throw error;
      unreadable.push(errorFinding(error, path));
    }
  }
  return { inputs, unreadable, listed: inputs.length + unreadable.length + sqlHunts, sqlHunts };
}

function readStandardInputs(text: string, options: CheckCliOptions): Inputs {
  if (options.fix === true) throw new HuntbookError('HB_USAGE', '--fix mends files, not standard input');
  if (isSqlHunt(text)) return { inputs: [], listed: 1, ...readSqlHunt(text, '-') };
  return {
    inputs: [{ path: '-', text, parsed: parse(text, '-', true) }],
    unreadable: [],
    listed: 1,
    sqlHunts: 0,
  };
}

/** Validators are about Sigma; a SQL hunt is right when it can be read. */
function readSqlHunt(text: string, path: string): Pick<Inputs, 'unreadable' | 'sqlHunts'> {
  try {
    parseSqlHunt(text, path);
    return { unreadable: [], sqlHunts: 1 };
  } catch (error) {
    if (!(error instanceof HuntbookError)) throw error;
    return { unreadable: [errorFinding(error, path)], sqlHunts: 0 };
  }
}

/** References to rules of other files are looked up over all files, by a validator. */
function parse(text: string, path: string, named: boolean): ParseResult {
  const parsed = parseRules(text, path, { named });
  const errors = parsed.errors.filter(({ code }) => code !== 'HB_RULE_REFERENCE');
  return errors.length === parsed.errors.length ? parsed : { ...parsed, errors };
}

function errorFinding({ code, message, position }: HuntbookError, path: string): Finding {
  const { line = 1, column = 1 } = position ?? {};
  const places = [`${path}: `, `${path}:${line}:${column}: `];
  const rest = message.slice(places.find((place) => message.startsWith(place))?.length ?? 0);
  return { validator: code, severity: 'error', message: rest, path, line, column, id: null, title: null };
}

function documentCount({ rules, correlations, filters }: ParseResult): number {
  return rules.length + correlations.length + filters.length;
}

interface Mended {
  readonly inputs: readonly CheckInput[];
  readonly fixed: number;
  readonly files: number;
  readonly diff: string;
}

async function fixAll(
  inputs: readonly CheckInput[],
  choice: CheckOptions,
  options: CheckCliOptions,
): Promise<Mended> {
  let fixed = 0;
  let files = 0;
  let diff = '';
  const mended: CheckInput[] = [];
  const fixable = new Set(
    checkRules(inputs, choice)
      .filter(({ fix }) => fix !== undefined)
      .map(({ path }) => path),
  );
  for (const input of inputs) {
    const { path, text } = input;
    const result = fixable.has(path) ? fixText(path, text, choice) : null;
    if (result === null || result.text === text) {
      mended.push(input);
      continue;
    }
    const mark = byteOrderMark(path, text);
    if (mark === null) {
      process.stderr.write(`warning: ${terminalText(path)}: not UTF-8, so it is left as it is\n`);
      mended.push(input);
      continue;
    }
    fixed += result.fixed.length;
    files++;
    if (options.dryRun === true) {
      diff += unifiedDiff(path, text, result.text);
      mended.push(input);
    } else {
      await writeWhole(path, true, mark + result.text);
      mended.push({ path, text: result.text, parsed: parse(result.text, path, true) });
    }
  }
  return { inputs: mended, fixed, files, diff };
}

/** What stands before the text in the file; null when the file is not this text in UTF-8. */
function byteOrderMark(path: string, text: string): string | null {
  const bytes = readFileSync(path);
  return ['', '\ufeff'].find((mark) => Buffer.from(mark + text).equals(bytes)) ?? null;
}

function render(outcome: Outcome, options: CheckCliOptions, terminal: boolean): string {
  const { findings } = outcome;
  switch (options.format) {
    case 'text': {
      const color = terminal && useColor(options.color, process.stdout);
      return findings.map((finding) => `${textLine(finding, color)}\n`).join('');
    }
    case 'ndjson':
      return findings.map((finding) => `${JSON.stringify(asData(finding))}\n`).join('');
    case 'json':
      return `${JSON.stringify({ summary: summaryOf(outcome), findings: findings.map(asData) }, null, 2)}\n`;
    case 'sarif':
      return `${JSON.stringify(sarifLog(findings, packageVersion()), null, 2)}\n`;
  }
}

const colors = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

function textLine({ path, line, column, severity, validator, message }: Finding, color: boolean): string {
  const word = color ? styleText(colors[severity], severity, { validateStream: false }) : severity;
  return `${terminalText(path)}:${line}:${column}: ${word}: ${terminalText(message)} [${validator}]`;
}

function asData({ fix, ...finding }: Finding): object {
  return { ...finding, fixable: fix !== undefined };
}

function summaryOf({ findings, files, documents, sqlHunts, fixed }: Outcome): Record<string, number> {
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length;
  return {
    files,
    documents,
    sqlHunts,
    errors: count('error'),
    warnings: count('warning'),
    infos: count('info'),
    fixed,
  };
}

function summaryLine(outcome: Outcome, options: CheckCliOptions): string {
  const { files, documents, sqlHunts, errors, warnings, infos, fixed } = summaryOf(outcome) as Record<
    string,
    number
  >;
  const number = (count = 0, word = ''): string =>
    `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
  const mended =
    options.fix === true
      ? `, ${options.dryRun === true ? 'to fix' : 'fixed'}: ${number(fixed, 'finding')} in ${number(outcome.fixedFiles, 'file')}`
      : '';
  const sql = sqlHunts ? ` and ${number(sqlHunts, 'SQL hunt')}` : '';
  return `${number(documents, 'document')}${sql} in ${number(files, 'file')}: ${number(errors, 'error')}, ${number(warnings, 'warning')}, ${number(infos, 'note')}${mended}`;
}

function listValidators(): void {
  const rows = validators.map(({ name, group, severity, description, byDefault }) => [
    name,
    group,
    severity,
    byDefault ? 'yes' : 'no',
    description,
  ]);
  process.stdout.write(textTable(['validator', 'group', 'severity', 'default', 'what it checks'], rows));
}
