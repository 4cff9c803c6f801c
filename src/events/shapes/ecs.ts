/**
 * Elastic Common Schema without (or beside) the Windows names: each ECS field stands in for the Sysmon field that
 * holds the same fact, and keeps its own name as well. A value of `winlog.event_data` wins where both exist.
 * Source: "ECS Field Reference" of Elastic and the Sysmon fields they document. Recognised by its dotted roots.
 */
import { plain, standIn, type PathMapping, type Shape, Trait } from './shape.ts';

/** Stand-ins of ECS have ranks from here on, after every shipper's own names. */
const rank = 20;

/** ECS field to Sysmon fields. Where two ECS fields stand in for one name, the later one has the higher rank. */
const sysmonNames: Record<string, readonly string[]> = {
  'process.executable': ['Image'],
  'process.command_line': ['CommandLine'],
  'process.entity_id': ['ProcessGuid'],
  'process.pid': ['ProcessId'],
  'process.working_directory': ['CurrentDirectory'],
  'process.parent.executable': ['ParentImage'],
  'process.parent.command_line': ['ParentCommandLine'],
  'process.parent.entity_id': ['ParentProcessGuid'],
  'process.parent.pid': ['ParentProcessId'],
  'process.pe.original_file_name': ['OriginalFileName'],
  'process.pe.company': ['Company'],
  'process.pe.description': ['Description'],
  'process.pe.file_version': ['FileVersion'],
  'process.pe.product': ['Product'],
  'file.path': ['TargetFilename'],
  'dll.path': ['ImageLoaded'],
  'file.pe.original_file_name': ['OriginalFileName'],
  'dll.pe.original_file_name': ['OriginalFileName'],
  'file.code_signature.subject_name': ['Signature'],
  'dll.code_signature.subject_name': ['Signature'],
  'file.code_signature.status': ['SignatureStatus'],
  'dll.code_signature.status': ['SignatureStatus'],
  'file.code_signature.signed': ['Signed'],
  'dll.code_signature.signed': ['Signed'],
  'registry.path': ['TargetObject'],
  'registry.data.strings': ['Details'],
  'destination.ip': ['DestinationIp'],
  'destination.port': ['DestinationPort'],
  'destination.domain': ['DestinationHostname'],
  'source.ip': ['SourceIp'],
  'source.port': ['SourcePort'],
  'source.domain': ['SourceHostname'],
  'network.transport': ['Protocol'],
  'dns.question.name': ['QueryName'],
  'rule.name': ['RuleName'],
  'powershell.file.script_block_text': ['ScriptBlockText'],
  'powershell.file.script_block_id': ['ScriptBlockId'],
  'powershell.command.invocation_details': ['Payload'],
};

/** What every event has. */
const systemNames: Record<string, PathMapping> = {
  'event.code': standIn('EventID', rank, 'event.code', Trait.number),
  'event.provider': standIn('Provider_Name', rank, 'event.provider'),
  'host.name': standIn('Computer', rank, 'host.name'),
  'host.hostname': standIn('Computer', rank + 1, 'host.hostname'),
  'event.created': standIn('SystemTime', rank + 1, 'event.created'),
};

/** `Hashes` and `User` are put together from these when the event has no such field; see `derive.ts`. */
const hashPart = /^(?:process|file|dll)\.(?:hash\.(?:md5|sha1|sha256)|pe\.imphash)$/u;
const userPart = /^user\.(?:name|domain)$/u;

const roots = new Set(
  [
    'agent',
    'beat',
    'cloud',
    'destination',
    'dll',
    'dns',
    'ecs',
    'event',
    'file',
    'fields',
    'group',
    'host',
    'input',
  ]
    .concat(['labels', 'log', 'network', 'observer', 'organization', 'powershell', 'process', 'registry'])
    .concat(['related', 'rule', 'server', 'client', 'source', 'tags', 'url', 'user', 'user_agent', 'sysmon']),
);

const table = buildTable();

export const ecs: Shape = {
  name: 'ecs',
  mapPath(path) {
    if (path.length < 2 || !roots.has(path[0] as string)) return undefined;
    const name = path.join('.');
    const known = table.get(name);
    if (known !== undefined) return known;
    if (hashPart.test(name)) return plain(name, Trait.data | Trait.hashes);
    if (userPart.test(name)) return plain(name, Trait.user);
    return plain(name);
  },
};

function buildTable(): Map<string, PathMapping> {
  const mappings = new Map(Object.entries(systemNames));
  const used = new Map<string, number>();
  for (const [path, names] of Object.entries(sysmonNames)) {
    const targets = [];
    for (const name of names) {
      const next = used.get(name) ?? rank;
      used.set(name, next + 1);
      targets.push({ name, rank: next });
    }
    mappings.set(path, { targets: [...targets, { name: path, rank: 0 }], traits: Trait.data });
  }
  return mappings;
}
