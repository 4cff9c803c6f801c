/** Rules of files and folders, parsed once and then taken from a cache on disk until a file changes. */
import { packageVersion } from '../config/index.ts';
import { HuntbookError, type ErrorCode, type ErrorPosition } from '../errors.ts';
import type { SigmaCorrelation, SigmaFilter, SigmaRule } from '../sigma/index.ts';
import { cacheKey, defaultCacheDir, readEntry, writeEntry } from './cache.ts';
import { listPresent, loadFiles, type LoadResult } from './load.ts';
import { packDetections, unpackDetections } from './pack.ts';

/** Raised whenever parsed documents change their form or meaning. */
const treeVersion = 4;
/** Fewer files are read as fast as their cache. */
const minFiles = 50;

export interface RuleTreeOptions {
  /** Folder for parsed documents; null: no cache. Default: the user's cache folder. */
  readonly cache?: string | null;
}

export interface RuleTree extends LoadResult {
  readonly fromCache: boolean;
}

interface StoredError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly position?: ErrorPosition;
}

/** A load result as JSON. */
interface StoredTree {
  readonly rules: Packed<SigmaRule>[];
  readonly filters: Packed<SigmaFilter>[];
  readonly correlations: SigmaCorrelation[];
  readonly notices: LoadResult['notices'];
  readonly errors: StoredError[];
  readonly skipped: string[];
  readonly sqlHunts: string[];
  readonly files: number;
}

type Packed<Document> = Omit<Document, 'detections'> & {
  readonly detections: ReturnType<typeof packDetections>;
};

/** As `loadRules`, from the cache when no file of the paths changed. Never throws. */
export function loadRuleTree(paths: readonly string[], options: RuleTreeOptions = {}): RuleTree {
  const { files, errors } = listPresent(paths);
  const dir = options.cache === undefined ? defaultCacheDir() : options.cache;
  // What could not be listed has no stamp that would change when it can.
  if (dir === null || errors.length > 0 || files.length < minFiles) {
    return { ...loadFiles(files, errors), fromCache: false };
  }
  const key = cacheKey([treeVersion, packageVersion()], files);
  const cached = restore(readEntry(dir, 'tree', key));
  if (cached !== null) return cached;
  const loaded = loadFiles(files, errors);
  // Files that could not be read may be readable next time, with the same stamp.
  if (!loaded.errors.some(({ code }) => code === 'HB_READ' || code === 'HB_NOT_FOUND')) {
    writeEntry(dir, 'tree', key, store(loaded));
  }
  return { ...loaded, fromCache: false };
}

function store(loaded: LoadResult): StoredTree {
  const packed = <Document extends SigmaRule | SigmaFilter>(document: Document): Packed<Document> => ({
    ...document,
    detections: packDetections(document.detections),
  });
  return {
    ...loaded,
    rules: loaded.rules.map(packed),
    filters: loaded.filters.map(packed),
    errors: loaded.errors.map(storedError),
  };
}

function storedError({ code, message, hint, position }: HuntbookError): StoredError {
  return { code, message, hint, ...(position && { position }) };
}

function restore(entry: unknown): RuleTree | null {
  const stored = entry as StoredTree | null;
  if (stored === null || typeof stored !== 'object') return null;
  const { rules, correlations, filters, notices, errors, skipped, sqlHunts, files } = stored;
  const whole = [rules, correlations, filters, notices, errors, skipped, sqlHunts].every(Array.isArray);
  if (!whole || typeof files !== 'number') return null;
  for (const document of rules) unpackInto(document);
  for (const document of filters) unpackInto(document);
  for (const { aliases } of correlations) bareAliases(aliases);
  return {
    ...(stored as unknown as LoadResult),
    errors: errors.map(
      ({ code, message, hint, position }) =>
        new HuntbookError(code, message, { hint, ...(position && { position }) }),
    ),
    fromCache: true,
  };
}

/** In place: the entry was read for this alone, and there are thousands. */
function unpackInto(document: Packed<SigmaRule | SigmaFilter>): void {
  (document as { detections: unknown }).detections = unpackDetections(document.detections);
}

/** Aliases are looked up by names that users give: nothing may be inherited. */
function bareAliases(aliases: SigmaCorrelation['aliases']): void {
  Object.setPrototypeOf(aliases, null);
  for (const fields of Object.values(aliases)) Object.setPrototypeOf(fields, null);
}
