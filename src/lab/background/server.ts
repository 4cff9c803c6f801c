/** What the domain controller and the servers are there for. */
import {
  logOff,
  logOn,
  serviceTicket,
  share,
  shareFile,
  ticketGranting,
  logonFailed,
  BAD_PASSWORD,
} from '../audit.ts';
import { images } from '../images.ts';
import type { Process } from '../host.ts';
import type { Stage } from '../stage.ts';
import { encodeCommand } from './system.ts';

/** Someone signs in somewhere: tickets and network logons at the domain controller. */
export function authenticate(stage: Stage): void {
  const { world } = stage;
  const { random } = world;
  const from = random.pick(world.hosts);
  const account = random.chance(0.35) ? world.machineAccount(from) : random.pick(world.company.people);
  ticketGranting(stage, account, from);
  serviceTicket(stage, account, world.machineAccount(random.pick(world.hosts)), from);
  // Old equipment still asks for RC4, for machine accounts only.
  if (random.chance(0.02))
    serviceTicket(stage, account, world.machineAccount(random.pick(world.servers)), from, 0x17);
  const origin = { ip: from.ip, port: random.between(49_152, 65_500) };
  const logon = logOn(stage, account, 3, origin);
  if (random.chance(0.6)) {
    share(stage, logon, origin, 'SYSVOL', '\\??\\C:\\Windows\\SYSVOL\\sysvol');
    shareFile(
      stage,
      logon,
      origin,
      'SYSVOL',
      '\\??\\C:\\Windows\\SYSVOL\\sysvol',
      'brackwater.example\\Policies\\{31B2F340-016D-11D2-945F-00C04FB984F9}\\gpt.ini',
    );
  }
  stage.wait(5, 90);
  logOff(stage, logon);
}

/** A stale password on a phone or a mapped drive. */
export function wrongPassword(stage: Stage): void {
  const { random, company, workstations } = stage.world;
  const from = random.pick(workstations);
  const name = random.pick(company.people).name;
  logonFailed(stage, name, 3, BAD_PASSWORD, {
    ip: from.ip,
    port: random.between(49_152, 65_500),
    workstation: from.name,
  });
}

export function fileService(stage: Stage): void {
  const { world } = stage;
  const { random } = world;
  const from = random.pick(world.hosts);
  const account = random.pick(world.company.people);
  const origin = { ip: from.ip, port: random.between(49_152, 65_500) };
  stage.accept(stage.host.base.kernel, 445, from, origin.port);
  const logon = logOn(stage, account, 3, origin);
  share(stage, logon, origin, 'IPC$', '');
  shareFile(stage, logon, origin, 'IPC$', '', 'srvsvc');
  for (let i = random.between(1, 6); i > 0; i--) {
    stage.wait(0.2, 40);
    shareFile(
      stage,
      logon,
      origin,
      'Projects',
      '\\??\\D:\\Shares\\Projects',
      `Archive\\${random.between(2015, 2025)}\\Manifest ${random.between(1, 900)}.pdf`,
    );
  }
  logOff(stage, logon);
}

export function backupRun(stage: Stage): void {
  const { world, host } = stage;
  const { random } = world;
  const origin = { ip: world.server('management').ip, port: random.between(49_152, 65_500) };
  const logon = logOn(stage, world.company.services.backup, 3, origin, true);
  share(stage, logon, origin, 'C$', '\\??\\C:\\');
  shareFile(stage, logon, origin, 'C$', '\\??\\C:\\', 'ProgramData\\Keelstone\\catalog.db', true);
  const run = stage.start(images.backup, `"${images.backup.path}" --job nightly --volume D: --vss`, {
    parent: host.base.services,
    logon,
    integrity: 'High',
    lives: stage.minutes(1, 9),
  });
  stage.fileCreate(run, `D:\\KeelstoneCache\\${random.hex(12)}.ksb`);
  stage.connect(run, { ip: '10.20.1.200', name: 'vault.brackwater.example', port: 9392 });
}

export function database(stage: Stage): void {
  const { world } = stage;
  const sql = resident(stage, 'sqlservr', `"${images.sqlservr.path}" -sMSSQLSERVER`, 'sql');
  const from = world.random.pick(world.servers);
  stage.accept(sql, 1433, from, world.random.between(49_152, 65_500));
  if (world.random.chance(0.3)) stage.fileCreate(sql, `E:\\Backup\\orders_${world.random.hex(6)}.trn`);
  if (world.random.chance(0.2)) stage.pipe(sql, 'ConnectPipe', '\\sql\\query');
}

export function website(stage: Stage): void {
  const { world } = stage;
  const worker = resident(
    stage,
    'w3wp',
    'c:\\windows\\system32\\inetsrv\\w3wp.exe -ap "TrackingPool" -v "v4.0" -l "webengine4.dll" -a \\\\.\\pipe\\iisipm4c2f -h "C:\\inetpub\\temp\\apppools\\TrackingPool.config" -w "" -m 0',
    'web',
  );
  for (let i = world.random.between(1, 3); i > 0; i--)
    stage.accept(worker, 443, world.random.pick(world.workstations), world.random.between(49_152, 65_500));
  const sql = world.server('sql');
  stage.connect(worker, { ip: sql.ip, name: sql.fqdn, port: 1433 });
}

/** A maintenance job that administrators wrote: a scheduled task running an encoded PowerShell command as a service. */
export function maintenanceJob(stage: Stage): void {
  const { host } = stage;
  const command = encodeCommand(
    `Get-ChildItem D:\\Logs -Recurse | Where-Object LastWriteTime -lt (Get-Date).AddDays(-30) | Remove-Item`,
  );
  const shell = stage.startConsole(
    images.powershell,
    `powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -EncodedCommand ${command}`,
    { parent: host.base.svchostSchedule, lives: stage.minutes(0.2, 2) },
  );
  for (let i = 0; i < 3; i++) stage.fileDelete(shell, `D:\\Logs\\app-${stage.world.random.hex(6)}.log`);
}

function resident(
  stage: Stage,
  name: 'sqlservr' | 'w3wp',
  commandLine: string,
  account: 'sql' | 'web',
): Process {
  const running = stage.host.apps.get(name);
  if (running !== undefined) return running;
  const logon = logOn(stage, stage.world.company.services[account], 5, null);
  const process = stage.start(images[name], commandLine, {
    parent: stage.host.base.services,
    logon,
    integrity: 'High',
  });
  stage.host.apps.set(name, process);
  return process;
}
