/** Which archive members are opened at all, judged by name. Members are never written under their own name. */
import { isJunkName } from '../inputs.ts';

/** Why a member of this name is not opened, or null. */
export function unsafeName(name: string): string | null {
  if (name.includes('\0')) return 'its name holds a NUL character';
  if (/^[\\/]/.test(name)) return 'its name is an absolute path';
  if (/^[A-Za-z]:/.test(name)) return 'its name has a drive letter';
  if (name.split(/[\\/]/).includes('..')) return "its name leaves the archive with '..'";
  return null;
}

/** Files that macOS and Windows add to archives; passed over without a word. */
export function isJunkMember(name: string): boolean {
  const parts = name.split('/');
  return parts[0] === '__MACOSX' || isJunkName(parts.at(-1) as string);
}
