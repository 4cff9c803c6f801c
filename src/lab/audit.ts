/** Actions that the Security, System and PowerShell logs tell of: logons, shares, tickets, services, tasks, scripts. */
import { COMPANY, type Account } from './company.ts';
import type { Host, Logon, Process } from './host.ts';
import { userOf } from './host.ts';
import { schemas } from './schemas.ts';
import type { Stage } from './stage.ts';

const NO_GUID = '{00000000-0000-0000-0000-000000000000}';
const NULL_SID = 'S-1-0-0';
const PRIVILEGES =
  'SeSecurityPrivilege\r\n\t\t\tSeBackupPrivilege\r\n\t\t\tSeRestorePrivilege\r\n\t\t\tSeTakeOwnershipPrivilege\r\n\t\t\tSeDebugPrivilege\r\n\t\t\tSeSystemEnvironmentPrivilege\r\n\t\t\tSeLoadDriverPrivilege\r\n\t\t\tSeImpersonatePrivilege';

export interface Origin {
  readonly ip: string;
  readonly port: number;
  readonly workstation?: string;
  readonly ntlm?: boolean;
}

/** A successful logon (4624), with 4672 when it is privileged. */
export function logOn(
  stage: Stage,
  account: Account,
  type: number,
  origin: Origin | null,
  privileged = false,
): Logon {
  const { host } = stage;
  const session = type === 2 ? 1 : type === 10 ? 2 : 0;
  const logon = host.newLogon(account, type, stage.time, session);
  const local = type === 2 || type === 10 || type === 5;
  const ntlm = origin?.ntlm === true;
  const from = local && type !== 10 ? (type === 2 ? '127.0.0.1' : '-') : (origin?.ip ?? '-');
  stage.emit(
    schemas.logon,
    [
      ...(local ? stage.subject(host.system) : [NULL_SID, '-', '-', 0]),
      account.sid, account.name, account.domain, logon.id, type,
      type === 5 ? 'Advapi  ' : local ? 'User32 ' : ntlm ? 'NtLmSsp ' : 'Kerberos',
      type === 5 || local ? 'Negotiate' : ntlm ? 'NTLM' : 'Kerberos',
      local ? host.name : (origin?.workstation ?? '-'), local || ntlm ? NO_GUID : logon.guid, '-',
      ntlm ? 'NTLM V2' : '-', ntlm ? 128 : 0,
      type === 5 ? host.base.services.pid : local ? host.base.winlogon.pid : 0,
      type === 5 ? host.base.services.image.path : local ? 'C:\\Windows\\System32\\svchost.exe' : '-',
      from, local && type !== 10 ? (type === 2 ? '0' : '-') : String(origin?.port ?? '-'),
      '%%1833', '-', '-', '-', '%%1843', 0, privileged ? '%%1842' : '%%1843',
    ],
    host.base.lsass.pid,
    null,
  ); // prettier-ignore
  if (privileged) {
    stage.emit(schemas.specialPrivileges, [...stage.subject(logon), PRIVILEGES], host.base.lsass.pid, null);
  }
  return logon;
}

export function logOff(stage: Stage, logon: Logon): void {
  const { account } = logon;
  stage.emit(
    schemas.logoff,
    [account.sid, account.name, account.domain, logon.id, logon.type],
    stage.host.base.lsass.pid,
    null,
  );
}

export const BAD_PASSWORD = 0xc000006a;
export const NO_SUCH_USER = 0xc0000064;

export function logonFailed(
  stage: Stage,
  name: string,
  type: number,
  subStatus: number,
  origin: Origin | null,
): void {
  const { host } = stage;
  const network = type === 3;
  stage.emit(
    schemas.logonFailed,
    [
      ...(network ? [NULL_SID, '-', '-', 0] : stage.subject(host.system)),
      NULL_SID, name, COMPANY.netbios, 0xc000006d, '%%2313', subStatus, type, network ? 'NtLmSsp ' : 'User32 ',
      network ? 'NTLM' : 'Negotiate', network ? (origin?.workstation ?? '-') : host.name, '-', '-', 0,
      network ? 0 : host.base.winlogon.pid, network ? '-' : 'C:\\Windows\\System32\\svchost.exe',
      network ? (origin?.ip ?? '-') : '127.0.0.1', network ? String(origin?.port ?? 0) : '0',
    ],
    host.base.lsass.pid,
    null,
  ); // prettier-ignore
}

export function explicitLogon(stage: Stage, process: Process, account: Account, target: string): void {
  stage.emit(
    schemas.explicitLogon,
    [
      ...stage.subject(process.logon), process.logon.guid, account.name, account.domain, NO_GUID, target, target,
      process.pid, process.image.path, '-', '-',
    ],
    stage.host.base.lsass.pid,
    null,
  ); // prettier-ignore
}

/** A Kerberos ticket at the domain controller; 0x12 is AES, 0x17 is RC4. */
export function serviceTicket(
  stage: Stage,
  account: Account,
  service: Account,
  from: Host,
  cipher = 0x12,
): void {
  const { random } = stage.world;
  stage.emit(
    schemas.serviceTicket,
    [
      `${account.name}@${COMPANY.realm}`, COMPANY.realm, service.name, service.sid, 0x40810000, cipher,
      `::ffff:${from.ip}`, String(random.between(49_152, 65_500)), 0, random.guid(), '-',
    ],
    stage.host.base.lsass.pid,
    null,
  ); // prettier-ignore
}

export function ticketGranting(stage: Stage, account: Account, from: Host): void {
  const { random, company } = stage.world;
  stage.emit(
    schemas.ticketGranting,
    [
      account.name, COMPANY.realm, account.sid, 'krbtgt', `${company.domainSid}-502`, 0x40810010, 0, 0x12, '2',
      `::ffff:${from.ip}`, String(random.between(49_152, 65_500)), '', '', '',
    ],
    stage.host.base.lsass.pid,
    null,
  ); // prettier-ignore
}

const READ = '%%4416\r\n\t\t\t\t';
const WRITE = '%%4417\r\n\t\t\t\t';

export function share(stage: Stage, logon: Logon, origin: Origin, name: string, local: string): void {
  stage.emit(
    schemas.shareAccess,
    [...stage.subject(logon), 'File', origin.ip, String(origin.port), `\\\\*\\${name}`, local, 1, READ],
    4,
    null,
  );
}

export function shareFile(
  stage: Stage,
  logon: Logon,
  origin: Origin,
  name: string,
  local: string,
  path: string,
  write = false,
): void {
  stage.emit(
    schemas.shareCheck,
    [
      ...stage.subject(logon), 'File', origin.ip, String(origin.port), `\\\\*\\${name}`, local, path,
      write ? 0x2 : 0x120089, write ? WRITE : READ, '-',
    ],
    4,
    null,
  ); // prettier-ignore
}

/** A service was installed: System 7045, and Security 4697 where audited. */
export function serviceInstalled(
  stage: Stage,
  logon: Logon,
  name: string,
  command: string,
  start: 'demand start' | 'auto start' = 'demand start',
): void {
  const { host } = stage;
  stage.emit(
    schemas.serviceInstalled,
    [name, command, 'user mode service', start, 'LocalSystem'],
    host.base.services.pid,
    logon.account.sid,
  );
  if (!host.audit) return;
  stage.emit(
    schemas.serviceInstalledAudit,
    [...stage.subject(logon), name, command, 0x10, start === 'auto start' ? 2 : 3, 'LocalSystem'],
    host.base.services.pid,
    null,
  );
}

export function serviceState(stage: Stage, name: string, state: 'running' | 'stopped'): void {
  stage.emit(schemas.serviceState, [name, state], stage.host.base.services.pid, null);
}

/** A scheduled task was registered (4698); `time` is local to the text only. */
export function taskCreated(stage: Stage, logon: Logon, name: string, command: string, args: string): void {
  if (!stage.host.audit) return;
  const boundary = new Date(Math.floor(stage.time / 1000)).toISOString().slice(0, 19);
  const content = [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    `  <RegistrationInfo><Author>${userOf(logon.account)}</Author><URI>${xml(name)}</URI></RegistrationInfo>`,
    `  <Triggers><CalendarTrigger><StartBoundary>${boundary}</StartBoundary><Enabled>true</Enabled><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>`,
    '  <Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>',
    '  <Settings><Enabled>true</Enabled><Hidden>false</Hidden></Settings>',
    `  <Actions Context="Author"><Exec><Command>${xml(command)}</Command><Arguments>${xml(args)}</Arguments></Exec></Actions>`,
    '</Task>',
  ].join('\r\n');
  stage.emit(schemas.taskCreated, [...stage.subject(logon), name, content], stage.host.base.lsass.pid, null);
}

/** A PowerShell script block as logged (4104). */
export function scriptBlock(stage: Stage, process: Process, text: string, path = ''): void {
  const id = stage.world.random.guid().slice(1, -1);
  stage.emit(schemas.scriptBlock, [1, 1, text, id, path], process.pid, process.logon.account.sid);
}

/** A PowerShell command as executed (4103). */
export function pipeline(stage: Stage, process: Process, command: string, payload: string): void {
  const context = [
    '        Severity = Informational',
    '        Host Name = ConsoleHost',
    '        Host Version = 5.1.19041.3636',
    `        Host ID = ${stage.world.random.guid().slice(1, -1)}`,
    `        Host Application = ${process.commandLine}`,
    '        Engine Version = 5.1.19041.3636',
    `        Command Name = ${command}`,
    '        Command Type = Cmdlet',
    `        User = ${userOf(process.logon.account)}`,
    '        Shell ID = Microsoft.PowerShell',
    '',
  ].join('\r\n');
  stage.emit(schemas.pipelineExecution, [context, '', payload], process.pid, process.logon.account.sid);
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
