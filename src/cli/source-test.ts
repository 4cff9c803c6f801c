/** `huntbook source test`: each source is asked who it is; one that does not answer does not keep the others from it. */
import { existsSync } from 'node:fs';
import { loadConfig, namedSource, type NamedSource } from '../config/index.ts';
import { asHuntbookError, ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { openSource } from '../hunt/index.ts';
import { watchInterrupt } from './exit.ts';
import { sourceFiles } from './find-source.ts';

export interface SourceTestOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly timeout: number;
}

interface Answer {
  readonly product: string;
  readonly version: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Ends with 0 when all answered, else with the status of the first that did not. */
export async function runSourceTest(names: readonly string[], options: SourceTestOptions): Promise<void> {
  const config = await loadConfig(options.config === undefined ? {} : { file: options.config });
  const sources: NamedSource[] = [];
  for (const name of names.length > 0 ? names : config.sources.keys())
    sources.push(await namedSource(config, name));
  if (sources.length === 0)
    throw new HuntbookError('HB_SOURCE_UNKNOWN', 'there is no source to test', {
      hint: 'huntbook source add --help shows how to make one.',
    });
  const interrupt = watchInterrupt(() => {});
  let worst: number = ExitCode.ok;
  try {
    for (const source of sources) {
      if (interrupt.signal.aborted) break;
      const status = await Promise.race([testOne(source, options, interrupt.signal), interrupt.expired]);
      if (worst === ExitCode.ok) worst = status;
    }
  } finally {
    interrupt.end();
  }
  process.exitCode = interrupt.signal.aborted ? ExitCode.interrupted : worst;
}

async function testOne(
  source: NamedSource,
  { json, timeout }: SourceTestOptions,
  signal: AbortSignal,
): Promise<number> {
  const { name } = source;
  const started = performance.now();
  const warn = (text: string): void => void process.stderr.write(`huntbook: ${terminalText(text)}\n`);
  try {
    const answer = await ask(source, timeout, signal, warn);
    const ms = Math.round(performance.now() - started);
    if (json === true) print(JSON.stringify({ source: name, ok: true, ms, ...answer }));
    else {
      const version = answer.version === '' ? '' : ` ${terminalText(answer.version)}`;
      print(`${name}: ${terminalText(answer.product)}${version}, answered in ${ms} ms`);
      for (const [key, value] of Object.entries(answer.details))
        print(`  ${terminalText(`${key}: ${value}`)}`);
    }
    return ExitCode.ok;
  } catch (reason) {
    const error = asHuntbookError(reason, 'HB_CONNECT');
    const { code, message, hint } = error;
    if (json === true) print(JSON.stringify({ source: name, ok: false, error: { code, message, hint } }));
    else {
      const told = message.startsWith(`source ${name}: `) ? message : `source ${name}: ${message}`;
      process.stderr.write(`huntbook: ${terminalText(told)} [${code}]\n`);
      process.stderr.write(`  ${terminalText(hint)}\n`);
    }
    return error.exitCode;
  }
}

async function ask(
  source: NamedSource,
  timeout: number,
  signal: AbortSignal,
  onWarning: (text: string) => void,
): Promise<Answer> {
  const { settings } = source;
  if (settings.kind === 'files') {
    const found = await sourceFiles(source, settings.paths);
    const missing = found.filter((name) => !/[*?]/.test(name) && !existsSync(name));
    if (missing.length > 0) throw new HuntbookError('HB_NOT_FOUND', `${missing.join(', ')}: is not there`);
    return { product: 'files', version: '', details: { paths: found.join(', ') } };
  }
  const engine = await openSource(source, { onWarning });
  const patience = AbortSignal.timeout(timeout * 1000);
  try {
    return await engine.test(AbortSignal.any([signal, patience]));
  } catch (error) {
    if (!patience.aborted) throw error;
    throw new HuntbookError('HB_TIMEOUT', `no answer within ${timeout} s`, { cause: error });
  } finally {
    await engine.close();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
