/** Accounts as events write them: `DOMAIN\name`, `name@domain`, a SID, or a name alone. */

export interface UserParts {
  readonly domain: string | null;
  readonly name: string | null;
  readonly sid: string | null;
}

const nobody: UserParts = { domain: null, name: null, sid: null };
/** MS-DTYP 2.4.2.1. */
const sidForm = /^S-1-(?:\d{1,15}|0x[0-9a-f]{12})(?:-\d{1,10}){0,15}$/iu;

/** The parts of an account; `-` and nothing are nobody. */
export function splitUser(text: string): UserParts {
  const user = text.trim();
  if (user === '' || user === '-') return nobody;
  if (sidForm.test(user)) return { ...nobody, sid: user.toUpperCase() };
  const slash = user.indexOf('\\');
  if (slash >= 0)
    return { ...nobody, domain: user.slice(0, slash) || null, name: user.slice(slash + 1) || null };
  const at = user.lastIndexOf('@');
  if (at > 0 && at < user.length - 1)
    return { ...nobody, domain: user.slice(at + 1), name: user.slice(0, at) };
  return { ...nobody, name: user };
}
