/** Scripts with the vendor's Python client, in the environment that scripts/splunk-sdk.sh makes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const python = path.join(
  process.env['HUNTBOOK_SPLUNK_SDK'] ?? path.join(root, '.cache/splunk-sdk'),
  'bin/python',
);

/** Tests that need it are skipped with a plain message where it is missing. */
export const pythonSdk = {
  missing: !existsSync(python),
  note: existsSync(python) ? '' : ' (skipped: run scripts/splunk-sdk.sh)',
};

/** The document that a script of this folder prints. */
export async function runPython(script: string, env: Readonly<Record<string, string>>): Promise<any> {
  const { stdout } = await promisify(execFile)(
    python,
    ['-W', 'ignore', path.join(import.meta.dirname, script)],
    {
      env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', ...env },
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  return JSON.parse(stdout);
}
