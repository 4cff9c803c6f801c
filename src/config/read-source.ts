/** One entry below `sources:` to settings, or an error that names the place, what is wrong, and what was meant. */
import * as v from 'valibot';
import { HuntbookError } from '../errors.ts';
import { keysOf, sourceKinds, sourceSchemas, type SourceKind, type SourceSettings } from './schema.ts';
import { secretHint } from './secret-reference.ts';
import { didYouMean } from './suggest.ts';

/** Makes the error for a key of the entry: `path` below the entry. */
export type Fault = (path: readonly (string | number)[], message: string) => HuntbookError;

/** Throws what `fault` makes, HB_SECRET for a secret that is written out. */
export function readSource(entry: unknown, fault: Fault): SourceSettings {
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry))
    throw fault([], 'must be a map with kind: and more');
  const { kind } = entry as { kind?: unknown };
  if (kind === undefined) throw fault([], `has no kind; it is one of ${sourceKinds.join(', ')}`);
  if (typeof kind !== 'string' || !sourceKinds.includes(kind as SourceKind)) {
    const said = typeof kind === 'string' ? didYouMean(kind, sourceKinds) : '';
    throw fault(['kind'], `is not one of ${sourceKinds.join(', ')}${said}`);
  }
  const schema = sourceSchemas[kind as SourceKind];
  const known = keysOf(kind as SourceKind);
  const unknown = Object.keys(entry).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw fault(
      [unknown],
      `no such key for kind ${kind}${didYouMean(unknown, known) || `; known: ${known.join(', ')}`}`,
    );
  const read = v.safeParse(schema as v.GenericSchema<unknown, SourceSettings>, entry);
  if (!read.success) {
    const [issue] = read.issues;
    const path = (issue.path ?? []).map(({ key }) => key as string | number);
    throw issue.message.startsWith('literal secret')
      ? asSecretFault(fault(path, secretMessage(issue.message)))
      : fault(path, issue.input === undefined ? 'is missing' : issue.message);
  }
  checkTogether(read.output, fault);
  return read.output;
}

function secretMessage(message: string): string {
  return message === 'literal secret'
    ? 'is written out, or names no secret'
    : 'holds user or password; take them out';
}

function asSecretFault({ message, position }: HuntbookError): HuntbookError {
  return new HuntbookError('HB_SECRET', message, { ...(position && { position }), hint: secretHint });
}

function checkTogether(source: SourceSettings, fault: Fault): void {
  if (source.kind === 'files') return;
  if (source.kind === 'splunk' && source.url === undefined && source.splunkrc === undefined)
    throw fault([], 'needs url: or splunkrc:');
  if (source.kind === 'elasticsearch' && (source.url === undefined) === (source.cloud_id === undefined))
    throw fault([], 'needs either url: or cloud_id:');
  // Of several ways to log in one would be taken and the others forgotten.
  const ways = ['password', 'token', 'session', 'api_key'].filter((key) => key in source);
  if (ways.length > 1) throw fault([ways[1] as string], `there is ${ways[0]}: too; keep one of them`);
  if (source.password !== undefined && source.username === undefined)
    throw fault(['password'], 'needs username: beside it');
}
