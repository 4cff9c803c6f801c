/**
 * Where the events of a log source are: index patterns by product, category and service. Built in are the names of
 * HELK, Winlogbeat, the data streams of Elastic Agent, and huntbook's own; a file may say others:
 *
 *   indexes:
 *     - { product: windows, service: security, index: 'logs-security-*' }
 *     - { product: windows, index: ['logs-sysmon-*', 'logs-security-*'] }
 *     - { index: 'logs-*' }
 *
 * The first entry whose keys all agree is taken.
 */
import { readFileSync } from 'node:fs';
import { HuntbookError } from '../../errors.ts';

export interface IndexMapEntry {
  readonly product?: string | undefined;
  readonly category?: string | undefined;
  readonly service?: string | undefined;
  readonly index: string | readonly string[];
}
export type IndexMap = readonly IndexMapEntry[];

interface LogSource {
  readonly product?: string;
  readonly category?: string;
  readonly service?: string;
}

const windows = { product: 'windows' } as const;
const entry = (service: string, index: string): IndexMapEntry => ({ ...windows, service, index });

/** Categories of Sysmon that the Security channel has events for, too. */
const shared = ['process_creation', 'network_connection', 'registry_event', 'registry_set', 'file_access'];
const powershell = [
  'ps_script',
  'ps_module',
  'ps_classic_start',
  'ps_classic_provider_start',
  'ps_classic_script',
];

function categories(names: readonly string[], index: readonly string[]): IndexMapEntry[] {
  return names.map((category) => ({ ...windows, category, index }));
}

/** Services by their own index, then categories: PowerShell's, shared ones, and all others, which are Sysmon's. */
function windowsMap(
  services: Readonly<Record<string, string>>,
  { sysmon, security, powershell: shell, all }: Record<'sysmon' | 'security' | 'powershell' | 'all', string>,
): IndexMap {
  return [
    ...Object.entries(services).map(([service, index]) => entry(service, index)),
    ...categories(powershell, [shell]),
    ...categories(shared, [sysmon, security]),
    ...categories(sysmonOnly, [sysmon]),
    { ...windows, index: all },
  ];
}

const sysmonOnly = (
  'process_access process_termination process_tampering image_load driver_load dns_query create_remote_thread ' +
  'create_stream_hash file_event file_change file_delete file_rename file_block_executable ' +
  'file_executable_detected pipe_created raw_access_thread wmi_event registry_add registry_delete registry_rename ' +
  'sysmon_status sysmon_error clipboard_capture'
).split(' ');

const helk = (name: string): string => `logs-endpoint-winevent-${name}-*`;

export const indexMaps: Readonly<Record<string, IndexMap>> = {
  helk: windowsMap(
    {
      sysmon: helk('sysmon'),
      security: helk('security'),
      system: helk('system'),
      application: helk('application'),
      powershell: helk('powershell'),
      'powershell-classic': helk('powershell'),
      wmi: helk('wmiactivity'),
    },
    {
      sysmon: helk('sysmon'),
      security: helk('security'),
      powershell: helk('powershell'),
      all: 'logs-endpoint-winevent-*',
    },
  ),
  winlogbeat: [{ ...windows, index: 'winlogbeat-*' }],
  data_streams: windowsMap(
    {
      sysmon: 'logs-windows.sysmon_operational-*',
      security: 'logs-system.security-*',
      system: 'logs-system.system-*',
      application: 'logs-system.application-*',
      powershell: 'logs-windows.powershell_operational-*',
      'powershell-classic': 'logs-windows.powershell-*',
    },
    {
      sysmon: 'logs-windows.sysmon_operational-*',
      security: 'logs-system.security-*',
      powershell: 'logs-windows.powershell*',
      all: 'logs-windows.*,logs-system.*',
    },
  ),
  huntbook: [{ index: 'huntbook-*' }],
};

const mostText = 1024 * 1024;

/** A built-in map by name, or that of a file. Throws HB_CONFIG. */
export async function readIndexMap(nameOrFile: string): Promise<IndexMap> {
  if (Object.hasOwn(indexMaps, nameOrFile)) return indexMaps[nameOrFile] as IndexMap;
  let content: string;
  try {
    content = readFileSync(nameOrFile, 'utf8');
  } catch {
    const known = Object.keys(indexMaps).join(', ');
    throw new HuntbookError(
      'HB_CONFIG',
      `${nameOrFile} is no file, and no map of indexes is built in by that name`,
      { hint: `Built in are ${known}.` },
    );
  }
  return parseIndexMap(content, nameOrFile);
}

export async function parseIndexMap(content: string, file: string): Promise<IndexMap> {
  // Loaded when needed: every start of the program passes here.
  const { CORE_SCHEMA, load } = await import('js-yaml');
  const v = await import('valibot');
  const text = v.pipe(v.string(), v.minLength(1));
  const item = v.strictObject({
    product: v.optional(text),
    category: v.optional(text),
    service: v.optional(text),
    index: v.union([text, v.pipe(v.array(text), v.minLength(1))]),
  });
  let value: unknown;
  try {
    value = content.length > mostText ? null : load(content, { schema: CORE_SCHEMA });
  } catch (error) {
    throw new HuntbookError('HB_CONFIG', `${file}: ${(error as Error).message.split('\n')[0]}`);
  }
  const parsed = v.safeParse(v.strictObject({ indexes: v.array(item) }), value);
  if (parsed.success) return parsed.output.indexes;
  const [issue] = parsed.issues;
  throw new HuntbookError('HB_CONFIG', `${file}: ${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`, {
    hint: 'See docs/elastic.md for what a map of indexes holds.',
  });
}

/** The index patterns of a log source, with commas; undefined where the map says none. */
export function indexFor(map: IndexMap, source: LogSource): string | undefined {
  const found = map.find((one) =>
    (['product', 'category', 'service'] as const).every(
      (key) => one[key] === undefined || one[key].toLowerCase() === source[key]?.toLowerCase(),
    ),
  );
  return found === undefined ? undefined : [found.index].flat().join(',');
}
