/** Where the pipeline secops_udm gives other fields, values and types of events than the reference's. */
import type { SigmaRule } from '../../../../src/sigma/ast.ts';

export const udmReasons = {
  'event-types':
    'Types of events that the model has (Google: Metadata.EventType), all that may hold the event; no empty parentheses',
  'file-paths':
    'A path is in file.full_path (file.names holds names); the process that acts is the principal, its parent parent_process',
  services:
    'file_path is no field of the model; the command of a service is a command line, its name an application',
  'event-ids': 'product_event_type is a text (Google: UDM field list): ids stand in quotes',
  'registry-actions': 'event_type holds types of the model, not the words of Sysmon',
  'integrity-levels': 'integrity_level_rid is a number',
  hashes: 'hash is no field of the model: a field for each algorithm',
} as const;
export type UdmReason = keyof typeof udmReasons;

const wrapped = /^\((metadata\.event_type = "\w+"(?: OR metadata\.event_type = "\w+")*)?\) AND \((.*)\)$/s;

/** Both texts with these differences undone, and which there were. */
export function withoutUdm(
  ours: string,
  theirs: string,
  rule: SigmaRule,
): { ours: string; theirs: string; found: Set<UdmReason> } {
  const found = new Set<UdmReason>();
  const [, ourTypes = '', a = ours] = wrapped.exec(ours) ?? [];
  const [, theirTypes = '', b = theirs] = wrapped.exec(theirs) ?? [];
  if (ourTypes === theirTypes && wrapped.test(ours) === wrapped.test(theirs)) {
    // The same envelope.
  } else found.add('event-types');
  const change = (reason: UdmReason, text: string, ...changes: (readonly [RegExp, string])[]): string => {
    const done = changes.reduce((all, [from, to]) => all.replaceAll(from, to), text);
    if (done !== text) found.add(reason);
    return done;
  };
  let left = a;
  let right = b;
  if (
    /"(?:FILE_|PROCESS_MODULE)/.test(theirTypes) ||
    rule.logsource.category === 'file_executable_detected'
  ) {
    left = change(
      'file-paths',
      left,
      [/\btarget\.file\.full_path\b/g, 'target.file.names'],
      [/\bprincipal\.process\.(file\.full_path|command_line)\b/g, 'target.process.$1'],
    );
  }
  left = change('file-paths', left, [/\bprincipal\.process\.parent_process\./g, 'principal.process.']);
  if (/\bfile_path = /.test(right))
    left = change('services', left, [/\btarget\.process\.command_line\b/g, 'file_path']);
  left = change('services', left, [/\btarget\.application\b/g, 'target.process.file.names']);
  left = change('event-ids', left, [/(?<=metadata\.product_event_type = )"(\d+)" nocase/g, '$1']);
  if (/EventID/.test(JSON.stringify(rule.detections)) && rule.logsource.service === 'security')
    left = change('file-paths', left, [/\btarget\.registry\.registry_key\b/g, 'target.file.full_path']);
  const type = /(?<=metadata\.event_type !?= )"(\w+)"/g;
  right = right.replaceAll(type, (text, word: string) => {
    if (!Object.hasOwn(registryActions, word)) return text;
    found.add('registry-actions');
    return `"${registryActions[word]}"`;
  });
  const level = /target\.process\.integrity_level_rid (!?=) (?:\/[^/]*\/|"[^"]*") nocase/g;
  if (level.test(right)) {
    found.add('integrity-levels');
    right = right.replaceAll(level, 'integrity $1 1');
    left = left.replaceAll(
      /\(?target\.process\.integrity_level_rid (!?=) \d+(?: (?:OR|AND) target\.process\.integrity_level_rid !?= \d+)*\)?/g,
      (text, sign: string) =>
        `integrity ${sign} 1${text.startsWith('(') ? '' : (/\)$/.exec(text)?.[0] ?? '')}`,
    );
  }
  if (/\bhash !?= /.test(right)) {
    const known = left.toLowerCase();
    const values = [...right.matchAll(/\b(?:MD5|SHA1|SHA256|IMPHASH)=([\da-f]{32,64})\b/gi)];
    if (values.every(([, value = '']) => known.includes(value.toLowerCase()))) {
      found.add('hashes');
      right = right.replaceAll(/\bhash (!?=) (?:\/[^/]*\/|"[^"]*") nocase/g, 'hash $1 1');
      left = withoutHashes(left);
    }
  }
  return { ours: left, theirs: right, found };
}

const registryActions: Readonly<Record<string, string>> = {
  CreateKey: 'REGISTRY_CREATION',
  DeleteKey: 'REGISTRY_DELETION',
  DeleteValue: 'REGISTRY_DELETION',
  RenameKey: 'REGISTRY_MODIFICATION',
  SetValue: 'REGISTRY_MODIFICATION',
};

/** All comparisons with hashes of one item as one. */
function withoutHashes(query: string): string {
  const one =
    'target\\.process\\.file\\.(?:pe_file\\.imphash|md5|sha1|sha256) !?= (?:/[^/]*/|"[^"]*") nocase';
  const marked = query.replaceAll(
    new RegExp(one, 'g'),
    (text) => `hash ${text.includes('!=') ? '!=' : '='} 1`,
  );
  const run = /\(?hash (!?=) 1(?: (?:OR|AND) hash !?= 1)*\)?/g;
  return marked.replaceAll(run, (text, sign: string) => {
    const [open, shut] = [text.startsWith('('), text.endsWith(')')];
    return `${open && !shut ? '(' : ''}hash ${sign} 1${shut && !open ? ')' : ''}`;
  });
}
