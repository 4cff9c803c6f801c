/** Files of SQL hunts to hunts; and one hunt by its file, id or title. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { asHuntbookError, HuntbookError } from '../../errors.ts';
import type { RefusedRule, RuleInfo } from '../../detect/index.ts';
import { isSqlHunt, listRuleFiles, parseSqlHunt, readRuleFile, type SqlHunt } from '../../rules/index.ts';

export interface LoadedSqlHunts {
  readonly hunts: readonly SqlHunt[];
  readonly refused: readonly RefusedRule[];
}

/** Reads files (`sqlHunts` of a rule set). Never throws: what can not be read is refused. */
export function loadSqlHunts(files: readonly string[]): LoadedSqlHunts {
  const hunts: SqlHunt[] = [];
  const refused: RefusedRule[] = [];
  for (const file of files) {
    try {
      hunts.push(parseSqlHunt(readRuleFile(file), file));
    } catch (error) {
      refused.push(refusal({ path: file, line: 1, title: null }, error));
    }
  }
  return { hunts, refused };
}

/** The hunt of a file, or that of this id, beginning of an id, title or file name among `folders`. Throws HB_NOT_FOUND. */
export function findSqlHunt(name: string, folders: readonly string[]): SqlHunt {
  if (statSync(name, { throwIfNoEntry: false })?.isFile()) return parseSqlHunt(readRuleFile(name), name);
  const known: string[] = [];
  for (const { path: file } of listRuleFiles(folders).files) {
    const text = readRuleFile(file);
    if (!isSqlHunt(text)) continue;
    const hunt = parseSqlHunt(text, file);
    if (isNamed(hunt, name)) return hunt;
    known.push(shortName(hunt));
  }
  throw new HuntbookError('HB_NOT_FOUND', `${name}: no such SQL hunt, and no such file`, {
    hint: known.length > 0 ? `There are: ${known.join(', ')}.` : 'Name a file of one (docs/sql-hunts.md).',
  });
}

/** The name of its file without ending, by which users call it. */
export function shortName({ path: file }: SqlHunt): string {
  return path.basename(file).replace(/\.ya?ml$/iu, '');
}

/** Whether users mean this hunt by a name: its file's, its title, its id or eight characters or more of it. */
export function isNamed(hunt: SqlHunt, name: string): boolean {
  const wanted = name.toLowerCase();
  return (
    wanted === shortName(hunt).toLowerCase() ||
    wanted === hunt.title.toLowerCase() ||
    (wanted.length >= 8 && hunt.id.startsWith(wanted))
  );
}

/** What filters of rules look at. */
export function infoOf({ id, title, level, status, path: file, line, tags }: SqlHunt): RuleInfo {
  return {
    id,
    title,
    level,
    status,
    path: file,
    line,
    tags,
    logsource: { product: 'windows' } as RuleInfo['logsource'],
  };
}

export function refusal(hunt: Pick<RefusedRule, 'path' | 'line' | 'title'>, error: unknown): RefusedRule {
  const { code, message, position } = asHuntbookError(error, 'HB_INTERNAL');
  const { path: file, line, title } = hunt;
  // The place stands beside the message.
  const text = message.replace(/^(?:[^\n]*?\.ya?ml):\d+:\d+: /iu, '');
  return { path: file, line: position?.line ?? line, title, code, message: text };
}
