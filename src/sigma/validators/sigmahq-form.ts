/**
 * Conventions of the SigmaHQ repository for files and layout. Source: sigmahq-rule-convention.md and
 * sigmahq-filename-convention.md of the specification's repository.
 */
import type { LogSource, SigmaDocument } from '../ast.ts';
import { quote } from '../fault.ts';
import { convention } from './convention.ts';
import { fileName } from './text.ts';
import type { CheckContext, Validator } from './types.ts';

const keyOrder = (
  'title id name related taxonomy status description license references author date modified tags logsource ' +
  'detection fields falsepositives level scope'
).split(' ');

const systems: Readonly<Record<string, string>> = { windows: 'win', linux: 'lnx', macos: 'macos' };
/** Beginning of the file name by category; `*` stands for the system. */
const categoryPrefixes: Readonly<Record<string, string>> = {
  create_remote_thread: 'create_remote_thread_win_',
  create_stream_hash: 'create_stream_hash_',
  dns_query: 'dns_query_*_',
  driver_load: 'driver_load_*_',
  file_access: 'file_access_*_',
  file_change: 'file_change_*_',
  file_delete: 'file_delete_*_',
  file_event: 'file_event_*_',
  file_rename: 'file_rename_*_',
  image_load: 'image_load_',
  network_connection: 'net_connection_*_',
  pipe_created: 'pipe_created_',
  ps_classic_start: 'posh_pc_',
  ps_module: 'posh_pm_',
  ps_script: 'posh_ps_',
  process_access: 'proc_access_*_',
  process_creation: 'proc_creation_*_',
  registry_event: 'registry_event_',
  registry_add: 'registry_add_',
  registry_delete: 'registry_delete_',
  registry_set: 'registry_set_',
  registry_rename: 'registry_rename_',
};
const openCategories: Readonly<Record<string, string>> = {
  dns: 'net_dns_',
  firewall: 'net_firewall_',
  webserver: 'web_',
};
const productPrefixes: Readonly<Record<string, string>> = {
  aws: 'aws_',
  azure: 'azure_',
  modsec: 'modsec_',
  okta: 'okta_',
  onelogin: 'onelogin_',
};
/** Services of Windows whose files are not named `win_` and the service. */
const windowsServices: Readonly<Record<string, string>> = {
  'codeintegrity-operational': 'win_codeintegrity_',
  'dns-server-analytic': 'win_dns_analytic_',
  'msexchange-management': 'win_exchange_',
  openssh: 'win_sshd_openssh_',
  'terminalservices-localsessionmanager': 'win_terminalservices_',
  windefend: 'win_defender_',
};
const plainWindowsServices = new Set(
  'applocker bits-client diagnosis-scripted dns-server firewall-as security security-mitigations shell-core system taskscheduler wmi'.split(
    ' ',
  ),
);
const linuxServices = new Set('auditd auth clamav cron guacamole sshd sudo syslog vsftpd'.split(' '));

export const formConventions: readonly Validator[] = [
  convention(
    'filename',
    'warning',
    'File names are small letters, digits and underscores, and end in .yml.',
    (document, { report }) => {
      const name = fileName(document.path);
      if (!/^[a-z0-9_]+\.yml$/.test(name))
        report(`the file name ${quote(name)} is not of the form proc_creation_win_example.yml`, {
          line: 1,
          column: 1,
        });
    },
  ),
  convention(
    'filename_prefix',
    'info',
    'The file name begins as the log source asks for.',
    (document, { report }) => {
      const prefix = document.kind === 'rule' ? prefixOf(document.logsource) : null;
      if (prefix !== null && !fileName(document.path).startsWith(prefix))
        report(`the file name of this log source begins with ${prefix}`, { line: 1, column: 1 });
    },
  ),
  convention(
    'key_order',
    'info',
    'Keys come in the order of the convention.',
    (document, { report, source }) => {
      let last = '';
      for (const key of source.keys.values()) {
        if (!keyOrder.includes(key.name)) continue;
        if (keyOrder.indexOf(key.name) < keyOrder.indexOf(last))
          report(`${key.name} comes before ${last}`, source.place(key.name));
        else last = key.name;
      }
    },
  ),
  convention(
    'single_item_list',
    'info',
    'A list with one value is written on the line of its field.',
    (_document, { items, report, source }) => {
      for (const { item } of items) {
        if (item.field === null) continue;
        const [only, second] = source.values(item.position);
        if (only !== undefined && second === undefined && only.line > item.position.line)
          report(`the list of ${quote(item.field)} has one value: write it on one line`, item.position);
      }
    },
  ),
  convention('indentation', 'info', 'Each level is indented by four spaces.', (_document, context) =>
    checkIndentation(context),
  ),
  convention('trailing_space', 'info', 'No line ends in spaces.', (_document, { source, report }) => {
    let at = source.start;
    while (at < source.end) {
      const found = source.text.indexOf('\n', at);
      let end = found === -1 ? source.end : found;
      if (source.text[end - 1] === '\r') end--;
      let start = end;
      while (start > at && (source.text[start - 1] === ' ' || source.text[start - 1] === '\t')) start--;
      if (start < end) report('the line ends in spaces', source.position(start), [{ start, end, text: '' }]);
      at = found === -1 ? source.end : found + 1;
    }
  }),
  convention(
    'filter_names',
    'info',
    'Detections that are negated are named filter_main_… or filter_optional_….',
    (document, { report, source }) => {
      if (document.kind !== 'rule') return;
      for (const name of Object.keys(document.detections)) {
        if (name.startsWith('filter') && !/^filter_(?:main|optional)_/.test(name))
          report(
            `${quote(name)} is not named filter_main_… or filter_optional_…`,
            source.childPlace('detection', name),
          );
      }
    },
  ),
  convention(
    'status',
    'info',
    'A deprecated or unsupported rule stands in the folder for those.',
    (document: SigmaDocument, { report, source }) => {
      const { status, path } = document;
      if ((status === 'deprecated' || status === 'unsupported') && !path.split(/[/\\]/).includes(status))
        report(`the rule is ${status}, but not in a folder of that name`, source.place('status'));
    },
  ),
];

/** The beginning that file names of a log source have; null where the convention says nothing. */
function prefixOf({ product, category, service }: LogSource): string | null {
  const of = (table: Readonly<Record<string, string>>, key: string | undefined): string | null =>
    key !== undefined && Object.hasOwn(table, key) ? (table[key] as string) : null;
  const byCategory = of(categoryPrefixes, category);
  if (byCategory !== null) {
    const system = of(systems, product);
    return byCategory.includes('*') ? (system === null ? null : byCategory.replace('*', system)) : byCategory;
  }
  if (category !== undefined) return product === undefined ? of(openCategories, category) : null;
  if (product === 'windows' && service !== undefined)
    return (
      of(windowsServices, service) ??
      (plainWindowsServices.has(service) ? `win_${service.replaceAll('-', '_')}_` : null)
    );
  if (product === 'linux' && service !== undefined && linuxServices.has(service)) return `lnx_${service}_`;
  return of(productPrefixes, product);
}

/** The first line of the detection that is not indented by a multiple of four; list hyphens count as the indentation. */
function checkIndentation({ source, report }: CheckContext): void {
  const section = source.keys.get('detection');
  if (section === undefined) return;
  const lines = source.text.slice(section.lineEnd + 1, source.end).split('\n');
  for (const [index, line] of lines.entries()) {
    if (/^\S/.test(line)) return;
    const depth = /^( +)[^\s#]/.exec(line)?.[1]?.length ?? 0;
    // Maps in lists stand two characters behind their hyphen.
    if (depth % 2 === 1 || (depth % 4 === 2 && index === 0)) {
      report(`the line is indented by ${depth}, not by a multiple of four`, {
        line: section.line + 1 + index,
        column: 1,
      });
      return;
    }
  }
}
