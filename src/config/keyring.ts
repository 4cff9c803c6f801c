/** The system's keyring (Secret Service, Keychain, Credential Manager) by the optional package @napi-rs/keyring. */
import { HuntbookError } from '../errors.ts';

interface KeyringEntry {
  getPassword(): string | null;
  setPassword(value: string): void;
}

async function entryOf(service: string, name: string): Promise<KeyringEntry> {
  let keyring: { Entry: new (service: string, name: string) => KeyringEntry };
  try {
    keyring = await import('@napi-rs/keyring');
  } catch (error) {
    throw new HuntbookError('HB_MISSING_DEP', 'the keyring needs the package @napi-rs/keyring', {
      cause: error,
      hint: 'npm install @napi-rs/keyring, or name the secret with env: or file:.',
    });
  }
  return new keyring.Entry(service, name);
}

/** Null when it is not there. Throws HB_SECRET when there is no keyring to ask. */
export async function readKeyring(service: string, name: string, what: string): Promise<string | null> {
  const entry = await entryOf(service, name);
  try {
    return entry.getPassword();
  } catch (error) {
    if (/no (?:matching )?entry|not found/i.test(messageOf(error))) return null;
    throw unusable(error, what);
  }
}

export async function writeKeyring(
  service: string,
  name: string,
  value: string,
  what: string,
): Promise<void> {
  const entry = await entryOf(service, name);
  try {
    entry.setPassword(value);
  } catch (error) {
    throw unusable(error, what);
  }
}

function unusable(error: unknown, what: string): HuntbookError {
  return new HuntbookError('HB_SECRET', `${what}: the keyring cannot be used: ${messageOf(error)}`, {
    cause: error,
    hint: 'Is a keyring service running and unlocked? Otherwise name the secret with env: or file:.',
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
