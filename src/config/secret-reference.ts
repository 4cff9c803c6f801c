/**
 * Secrets are named, not written: `env:NAME` (environment), `file:PATH` (first line break at the end cut off),
 * `keyring:SERVICE/NAME` (the system's keyring). No message holds a value.
 */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { HuntbookError } from '../errors.ts';
import { readKeyring } from './keyring.ts';
import { Secret } from './secret.ts';

export type SecretReference =
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'keyring'; readonly service: string; readonly name: string };

export const secretHint =
  'Write where it is: env:NAME, file:PATH or keyring:SERVICE/NAME. huntbook source add --keyring stores it.';

/** Tokens and keys have less; a file that is larger holds something else. */
const maxSecret = 64 * 1024;

/** Null for what is no reference, such as the secret itself. */
export function parseSecretReference(text: string): SecretReference | null {
  const [, from, rest = ''] = /^(env|file|keyring):(.+)$/s.exec(text) ?? [];
  if (from === 'env') return /^[A-Za-z_]\w*$/.test(rest) ? { from, name: rest } : null;
  if (from === 'file') return rest.trim() === '' || /\p{Cc}/u.test(rest) ? null : { from, path: rest };
  const [, service, name] = /^([^/\p{Cc}]+)\/([^\p{Cc}]+)$/u.exec(rest) ?? [];
  return from === 'keyring' && service !== undefined && name !== undefined ? { from, service, name } : null;
}

export interface ResolveSecretOptions {
  /** What the secret is for, in errors: `source prod: token`. */
  readonly what: string;
  /** Paths of `file:` begin here. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onWarning?: (text: string) => void;
}

/** Throws HB_SECRET when it is not there, HB_MISSING_DEP when the keyring needs a package. */
export async function resolveSecret(text: string, options: ResolveSecretOptions): Promise<Secret> {
  const { what, folder = '.', env = process.env, onWarning } = options;
  const reference = parseSecretReference(text);
  const fail = (reason: string, cause?: unknown): never => {
    throw new HuntbookError('HB_SECRET', `${what}: ${reason}`, { cause, hint: secretHint });
  };
  if (reference === null) return fail('is not the name of a secret');
  if (reference.from === 'env') {
    const value = env[reference.name];
    return value ? new Secret(value) : fail(`the environment variable ${reference.name} is not set`);
  }
  if (reference.from === 'keyring') {
    const value = await readKeyring(reference.service, reference.name, what);
    return value === null
      ? fail(`the keyring has no ${reference.service}/${reference.name}`)
      : new Secret(value);
  }
  const file = path.resolve(folder, expandHome(reference.path));
  let value = '';
  try {
    const { size, mode } = statSync(file);
    if (size > maxSecret) fail(`${file} is too long to be a secret`);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      onWarning?.(`${file}: others can read this secret; chmod 600 it`);
    value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof HuntbookError) throw error;
    fail(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`, error);
  }
  return value === '' ? fail(`${file} is empty`) : new Secret(value);
}

export function expandHome(name: string): string {
  return name === '~' || name.startsWith('~/') ? path.join(homedir(), name.slice(1)) : name;
}
