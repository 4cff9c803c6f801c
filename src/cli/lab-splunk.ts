/** `huntbook lab splunk`: reads files, serves them, until Ctrl-C. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { openEvents, type EventStore } from '../hunt/index.ts';
import { serveSplunk, type RawForm } from '../lab/index.ts';
import type { Interrupt } from './exit.ts';
import { sayIssues } from './issues.ts';
import { withEvents } from './with-events.ts';

export interface LabSplunkCliOptions {
  readonly port: number;
  readonly user: string;
  readonly passwordFile?: string;
  readonly token?: boolean;
  readonly raw: RawForm;
  readonly index: string;
  readonly splunkVersion: string;
  readonly maxJobs: number;
  readonly quiet?: boolean;
}

/** Longer is no password, and no file of one. */
const MAX_PASSWORD = 4_096;

export async function runLabSplunk(paths: readonly string[], options: LabSplunkCliOptions): Promise<void> {
  const access = readAccess(options);
  await withEvents(
    (how) => openEvents(paths, how),
    options.quiet ?? false,
    (store, interrupt) => serve(store, options, access, interrupt),
  );
  process.exitCode = ExitCode.ok;
}

async function serve(
  store: EventStore,
  { port, user, raw, index, splunkVersion: version, maxJobs, quiet }: LabSplunkCliOptions,
  access: Access,
  interrupt: Interrupt,
): Promise<void> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const table = store.tables.find(({ name }) => name === 'events_text');
  if (table === undefined) throw new HuntbookError('HB_INTERNAL', 'there is no table of the events');
  const { password, token } = access;
  const server = await serveSplunk({
    database: store.database,
    table: table.name,
    columns: table.columns,
    port,
    user,
    password,
    raw,
    index,
    version,
    maxJobs,
    ...(token !== undefined && { token }),
  });
  process.stdout.write(`${server.url}\n`);
  if (access.made) say(`user ${terminalText(user)}, password ${password}`);
  if (access.madeToken) say(`bearer token ${token}`);
  if (!quiet) {
    sayIssues(store.issues, false);
    say(`${store.events.toLocaleString('en')} events in index=${terminalText(index)}; Ctrl-C ends it`);
  }
  if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort');
  await Promise.race([server.close(), interrupt.expired]);
}

interface Access {
  readonly password: string;
  /** Nobody gave the password: it has to be told. */
  readonly made: boolean;
  readonly token: string | undefined;
  readonly madeToken: boolean;
}

function readAccess({ passwordFile, token }: LabSplunkCliOptions): Access {
  const secret = (): string => randomBytes(12).toString('base64url');
  const password = givenPassword(passwordFile);
  const given = process.env['HUNTBOOK_LAB_TOKEN'] || undefined;
  return {
    password: password ?? secret(),
    made: password === undefined,
    token: token === true ? (given ?? secret()) : undefined,
    madeToken: token === true && given === undefined,
  };
}

function givenPassword(file: string | undefined): string | undefined {
  if (file === undefined) return process.env['HUNTBOOK_LAB_PASSWORD'] || undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HuntbookError('HB_NOT_FOUND', `${file}: the password can not be read: ${reason}`, {
      cause: error,
    });
  }
  const password = text.replace(/\r?\n$/, '');
  if (password === '' || password.length > MAX_PASSWORD || /[\r\n]/.test(password))
    throw new HuntbookError('HB_USAGE', `${file}: holds no password: one line is needed`);
  return password;
}
