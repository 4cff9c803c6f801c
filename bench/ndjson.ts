/**
 * How fast JSON lines are scanned to cells, beside `JSON.parse` of each line of the same files, run in turn:
 *
 *   node bench/ndjson.ts FOLDER-OR-FILES... [--runs 5]
 *
 * Prints megabytes per CPU second (user and system), best of the runs. The wanted fields are those that SigmaHQ's
 * Windows rules name most.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { FieldTable } from '../src/events/index.ts';
import { fileInput } from '../src/sources/file-input.ts';
import { readJson } from '../src/sources/ndjson/index.ts';
import { defaultLimits } from '../src/sources/types.ts';

const wanted =
  `EventID Channel Provider_Name Computer SystemTime Image CommandLine ParentImage ParentCommandLine OriginalFileName
  TargetFilename TargetObject Details ImageLoaded Hashes User IntegrityLevel CurrentDirectory Description Product
  Company SourceImage TargetImage GrantedAccess CallTrace PipeName QueryName DestinationIp DestinationPort
  DestinationHostname Initiated SourceIp SourcePort Protocol EventType ScriptBlockText Payload ContextInfo Path
  ServiceName ImagePath ServiceFileName StartType ServiceType AccountName SubjectUserName SubjectUserSid
  SubjectDomainName SubjectLogonId TargetUserName TargetUserSid TargetDomainName TargetLogonId LogonType IpAddress
  IpPort WorkstationName AuthenticationPackageName LogonProcessName KeyLength ObjectName ObjectType ObjectServer
  AccessMask AccessList ObjectValueName NewValue OldValue ProcessName NewProcessName ParentProcessName
  TokenElevationType MandatoryLabel PrivilegeList ShareName RelativeTargetName ShareLocalPath TicketEncryptionType
  TicketOptions Status SubStatus FailureReason ServiceSid TaskName TaskContent TargetServerName TargetInfo
  CallerProcessName AttributeLDAPDisplayName AttributeValue ObjectDN ObjectClass Properties OperationType
  SamAccountName UserAccountControl Signed Signature SignatureStatus StartModule StartFunction StartAddress
  SourceParentImage Configuration State Contents Device RuleName Query QueryStatus QueryResults Destination Name
  Consumer Filter Operation EventNamespace Data param1 param2 Action ApplicationPath LocalPorts ModifyingApplication
  HostApplication HostName EngineVersion Application DestAddress DestPort LayerRTID Level ProviderName`
    .trim()
    .split(/\s+/u);

const args = process.argv.slice(2);
const runs = args.includes('--runs') ? Number(args[args.indexOf('--runs') + 1]) : 3;
const files = args
  .filter((arg, at) => !arg.startsWith('--') && args[at - 1] !== '--runs')
  .flatMap((arg) =>
    statSync(arg).isDirectory() ? readdirSync(arg).map((name) => path.join(arg, name)) : [arg],
  );
const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);

interface Result {
  readonly rows: number;
  readonly cells: number;
}

async function scan(): Promise<Result> {
  let rows = 0;
  let cells = 0;
  for (const file of files) {
    const fields = new FieldTable();
    for (const name of wanted) fields.add(name);
    const onIssue = (issue: { message: string }): void => console.error(issue.message);
    for await (const batch of readJson(fileInput(file), { fields, onIssue, limits: defaultLimits })) {
      rows += batch.length;
      cells += batch.cells;
    }
  }
  return { rows, cells };
}

function parse(): Result {
  let rows = 0;
  for (const file of files) {
    const text = readFileSync(file);
    for (let at = 0; at < text.length;) {
      const newline = text.indexOf(0x0a, at);
      const end = newline < 0 ? text.length : newline;
      if (end > at) {
        JSON.parse(text.toString('utf8', at, end));
        rows++;
      }
      at = end + 1;
    }
  }
  return { rows, cells: 0 };
}

async function measure(work: () => Result | Promise<Result>): Promise<{ seconds: number; result: Result }> {
  const before = process.cpuUsage();
  const result = await work();
  const used = process.cpuUsage(before);
  return { seconds: (used.user + used.system) / 1e6, result };
}

const best = { scan: Infinity, parse: Infinity };
let last: Result = { rows: 0, cells: 0 };
for (let run = 0; run < runs; run++) {
  const scanned = await measure(scan);
  last = scanned.result;
  best.scan = Math.min(best.scan, scanned.seconds);
  best.parse = Math.min(best.parse, (await measure(parse)).seconds);
}
const rate = (seconds: number): string =>
  `${(bytes / 1e6 / seconds).toFixed(0)} MB/s (${seconds.toFixed(2)} CPU s)`;
console.log(`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB, ${last.rows} rows, ${last.cells} cells`);
console.log(`scanned to cells  ${rate(best.scan)}`);
console.log(`JSON.parse only   ${rate(best.parse)}`);
console.log(`ratio             ${(best.parse / best.scan).toFixed(2)}`);
