/** `huntbook source add`: writes a source into a configuration file. No secret is taken from the command line. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { addSourceText, loadConfig, Secret, storeSecret, userConfigFile } from '../config/index.ts';
import { HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { writeWhole } from './output.ts';

export interface SourceAddOptions {
  readonly kind: string;
  readonly url?: string;
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
  readonly apiKey?: string;
  readonly keyring?: 'password' | 'token' | 'api-key';
  readonly path?: readonly string[];
  readonly set?: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly user?: boolean;
}

export async function runSourceAdd(name: string, options: SourceAddOptions): Promise<void> {
  if (options.config !== undefined && options.user === true)
    throw new HuntbookError('HB_USAGE', 'either --config or --user says where the source is written');
  const file = options.config ?? (options.user === true ? await userConfigFile() : await projectFile());
  const secretKey = options.keyring?.replace('-', '_');
  const entry = entryOf(options, secretKey === undefined ? {} : { [secretKey]: `keyring:huntbook/${name}` });
  const text = await addSourceText(readIfThere(file), file, name, entry);
  // The secret first: a source that names one that is not there would be of no use.
  if (secretKey !== undefined) await storeSecret('huntbook', name, await readSecret());
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  await writeWhole(file, true, text);
  process.stderr.write(
    `huntbook: ${terminalText(file)} has the source ${name}; huntbook source test ${name} tries it\n`,
  );
}

function entryOf(
  { kind, url, username, password, token, apiKey, path: paths, set = {} }: SourceAddOptions,
  secrets: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const more = Object.entries(set).map(([key, value]): [string, unknown] => [key, valueOf(key, value)]);
  const given = { kind, url, username, password, token, api_key: apiKey, paths, ...secrets };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  const twice = more.find(([key]) => known.some(([name]) => name === key));
  if (twice !== undefined)
    throw new HuntbookError(
      'HB_USAGE',
      `--set ${twice[0]}: there is an option of its own for it, and it was given`,
    );
  return Object.fromEntries([...known, ...more]);
}

/** Settings that are no text, from text. */
function valueOf(key: string, value: string): unknown {
  if (key === 'insecure' || (key === 'splunkrc' && value === 'true')) return value === 'true';
  if (key === 'timeout') return Number(value);
  return key === 'pipelines' || key === 'paths' ? value.split(',').map((item) => item.trim()) : value;
}

/** The one that is there, so that no second one comes to stand beside it. */
async function projectFile(): Promise<string> {
  await loadConfig();
  return ['huntbook.yaml', 'huntbook.yml'].find((name) => readIfThere(name) !== '') ?? 'huntbook.yaml';
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw new HuntbookError('HB_CONFIG', `${file}: cannot be read (${code ?? 'error'})`, { cause: error });
  }
}

/** Longer is no secret but a file that went the wrong way. */
const maxSecret = 64 * 1024;

async function readSecret(): Promise<Secret> {
  if (process.stdin.isTTY)
    throw new HuntbookError('HB_USAGE', '--keyring reads the secret from standard input', {
      hint: 'Pipe it in, so that it is neither shown nor kept in the history: … --keyring token < token.txt',
    });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if ((length += chunk.length) > maxSecret)
      throw new HuntbookError('HB_USAGE', `a secret has ${maxSecret} bytes at most`);
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw new HuntbookError('HB_USAGE', 'standard input holds no secret');
  return new Secret(text);
}
