/** Administrators at work: the same programs that attackers use, for honest ends. */
import {
  explicitLogon,
  logOff,
  logOn,
  pipeline,
  scriptBlock,
  serviceInstalled,
  serviceState,
  share,
  shareFile,
  serviceTicket,
  taskCreated,
} from '../audit.ts';
import { images, libraries } from '../images.ts';
import { userOf, type Process } from '../host.ts';
import type { Stage } from '../stage.ts';

/** PsExec from the management server, by an administrator, under its own name. */
export function remoteCommand(stage: Stage): void {
  const { world } = stage;
  const from = world.server('management');
  const target =
    stage.host === from ? world.random.pick(world.hosts.filter((host) => host !== from)) : stage.host;
  const account = world.admin();
  const here = stage.on(from);
  const shell = console(here);
  const client = here.start(images.psexec, `PsExec64.exe \\\\${target.name} ipconfig /all`, {
    parent: shell,
    integrity: 'High',
    directory: 'C:\\Tools\\Sysinternals\\',
    lives: 9e6,
  });
  explicitLogon(here, client, account, target.fqdn);
  const port = here.connect(client, { ip: target.ip, name: target.fqdn, port: 445 });
  serviceTicket(here.on(world.controller), account, world.machineAccount(target), from);

  const there = here.on(target);
  const origin = { ip: from.ip, port };
  there.accept(target.base.kernel, 445, from, port);
  const logon = logOn(there, account, 3, origin, true);
  share(there, logon, origin, 'ADMIN$', '\\??\\C:\\Windows');
  shareFile(there, logon, origin, 'ADMIN$', '\\??\\C:\\Windows', 'PSEXESVC.exe', true);
  there.fileCreate(target.base.kernel, 'C:\\Windows\\PSEXESVC.exe');
  serviceInstalled(there, logon, 'PSEXESVC', '%SystemRoot%\\PSEXESVC.exe');
  const service = there.start(images.psexesvc, 'C:\\Windows\\PSEXESVC.exe', {
    parent: target.base.services,
    lives: 6e6,
  });
  there.pipe(service, 'CreatePipe', '\\PSEXESVC');
  there.start(images.ipconfig, '"ipconfig" /all', { parent: service, logon, integrity: 'High', lives: 1e6 });
  serviceState(there, 'PSEXESVC', 'running');
  there.wait(2, 6);
  logOff(there, logon);
}

/** Looking at a host by hand, one command now and then. */
export function inspect(stage: Stage): void {
  const { random } = stage.world;
  const shell = console(stage);
  const [image, commandLine] = random.pick([
    [images.whoami, 'whoami'],
    [images.ipconfig, 'ipconfig /all'],
    [images.systeminfo, 'systeminfo'],
    [images.tasklist, 'tasklist /svc'],
    [images.quser, 'quser'],
    [images.schtasks, 'schtasks /query /fo LIST /v'],
    [images.wevtutil, 'wevtutil qe System /c:20 /rd:true /f:text'],
    [images.net, 'net user /domain'],
    [images.nltest, 'nltest /sc_query:BRACKWATER'],
    [images.certutil, 'certutil -hashfile C:\\Install\\agent.msi SHA256'],
    [images.reg, 'reg export HKLM\\SOFTWARE\\Tidewatch C:\\Temp\\tidewatch.reg /y'],
    [images.sc, 'sc query state= all'],
    [images.gpupdate, 'gpupdate /force'],
    [images.ping, 'ping -n 4 vault.brackwater.example'],
    [images.bitsadmin, 'bitsadmin /list /allusers'],
  ] as const);
  stage.wait(1, 8);
  const run = stage.start(image, commandLine, { parent: shell, lives: 2e6 });
  if (image === images.net)
    stage.start(images.net1, 'C:\\Windows\\system32\\net1 user /domain', { parent: run, lives: 1e6 });
}

export function adminScript(stage: Stage): void {
  const shell = console(stage);
  const powershell = stage.start(
    images.powershell,
    'powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\Scripts\\Get-DiskReport.ps1',
    { parent: shell, directory: 'C:\\Scripts\\', lives: stage.minutes(0.1, 1) },
  );
  stage.load(powershell, libraries.automation);
  scriptBlock(
    stage,
    powershell,
    "Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3' | Select-Object DeviceID,FreeSpace,Size | Export-Csv C:\\Temp\\disks.csv",
    'C:\\Scripts\\Get-DiskReport.ps1',
  );
  pipeline(
    stage,
    powershell,
    'Get-CimInstance',
    'CommandInvocation(Get-CimInstance): "Get-CimInstance"\r\nParameterBinding(Get-CimInstance): name="ClassName"; value="Win32_LogicalDisk"',
  );
  stage.fileCreate(powershell, 'C:\\Temp\\disks.csv');
}

export function scheduleMaintenance(stage: Stage): void {
  const shell = console(stage);
  const name = `Disk report ${stage.world.random.between(1, 40)}`;
  stage.start(
    images.schtasks,
    `schtasks /create /tn "${name}" /tr "powershell.exe -File C:\\Scripts\\Get-DiskReport.ps1" /sc daily /st 05:00 /ru SYSTEM`,
    { parent: shell, lives: 1e6 },
  );
  taskCreated(stage, shell.logon, `\\${name}`, 'powershell.exe', '-File C:\\Scripts\\Get-DiskReport.ps1');
  stage.fileCreate(stage.host.base.svchostSchedule, `C:\\Windows\\System32\\Tasks\\${name}`);
}

/** The administrator's elevated console on this host. */
function console(stage: Stage): Process {
  const account = stage.world.admin();
  const key = `console ${userOf(account)}`;
  const running = stage.host.apps.get(key);
  if (running !== undefined) return running;
  const from = stage.world.server('management');
  const logon = logOn(
    stage,
    account,
    10,
    { ip: from.ip, port: stage.world.random.between(49_152, 65_500) },
    true,
  );
  const explorer = stage.start(images.explorer, 'C:\\Windows\\Explorer.EXE', {
    parent: stage.host.base.winlogon,
    logon,
    integrity: 'Medium',
    directory: `C:\\Users\\${account.name}\\`,
  });
  const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', {
    parent: explorer,
    integrity: 'High',
    directory: 'C:\\Windows\\system32\\',
  });
  stage.host.apps.set(key, shell);
  return shell;
}
