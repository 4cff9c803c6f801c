/** Attack scenes that reach another host: service installation, WinRM, remote scheduled task. */
import { encodeCommand } from '../background/system.ts';
import {
  explicitLogon,
  logOff,
  logOn,
  serviceInstalled,
  serviceState,
  share,
  shareFile,
  serviceTicket,
  taskCreated,
} from '../audit.ts';
import { userOf, type Host, type Logon, type Process } from '../host.ts';
import { images, makeImage } from '../images.ts';
import type { Stage } from '../stage.ts';
import { anyWorkstation, chain, part, victim, type Scene } from './types.ts';

interface Reach {
  readonly stage: Stage;
  readonly logon: Logon;
  readonly origin: { readonly ip: string; readonly port: number };
}

/** The stolen administrator account goes from this host to another over the port. */
function reach(stage: Stage, process: Process, target: Host, port: number): Reach {
  const { world, host } = stage;
  const account = world.admin();
  explicitLogon(stage, process, account, target.fqdn);
  const local = stage.connect(process, { ip: target.ip, name: target.fqdn, port });
  serviceTicket(stage.on(world.controller), account, world.machineAccount(target), host);
  const there = stage.on(target);
  there.accept(target.base.kernel, port, host, local);
  const origin = { ip: host.ip, port: local };
  return { stage: there, logon: logOn(there, account, 3, origin, true), origin };
}

export const serviceExecution: Scene = {
  id: 'psexec-service',
  title: 'Randomly named service copied to ADMIN$ and run on a server, as PsExec clones do',
  technique: 'T1569.002',
  tactic: 'lateral-movement',
  host: anyWorkstation,
  play(stage) {
    const { world } = stage;
    const { random } = world;
    const { explorer } = victim(stage);
    const target = world.server('file');
    part(stage, 'copy');
    const tool = stage.startConsole(makeImage('C:\\Users\\Public\\px.exe'), `px.exe ${target.name} cmd`, {
      parent: explorer,
    });
    const { stage: there, logon, origin } = reach(stage, tool, target, 445);
    const name = random.letters(8);
    const binary = `${random.letters(8)}.exe`;
    share(there, logon, origin, 'ADMIN$', '\\??\\C:\\Windows');
    shareFile(there, logon, origin, 'ADMIN$', '\\??\\C:\\Windows', binary, true);
    there.fileCreate(target.base.kernel, `C:\\Windows\\${binary}`);
    shareFile(there, logon, origin, 'IPC$', '', 'svcctl', true);
    part(there, 'service');
    serviceInstalled(there, logon, name, `%systemroot%\\${binary}`);
    there.registrySet(
      target.base.services,
      `HKLM\\System\\CurrentControlSet\\Services\\${name}\\ImagePath`,
      `%%systemroot%%\\${binary}`,
    );
    const service = there.start(makeImage(`C:\\Windows\\${binary}`), `C:\\Windows\\${binary}`, {
      parent: target.base.services,
    });
    serviceState(there, name, 'running');
    there.pipe(service, 'CreatePipe', `\\RemCom_communicaton`);
    part(there, 'commands');
    const shell = there.startConsole(images.cmd, 'cmd', { parent: service });
    chain(there, 'service-to-proxy', [service, shell]);
    there.wait(2, 6);
    there.start(images.whoami, 'whoami', { parent: shell, lives: 1e6 });
    there.wait(20, 60);
    there.exit(shell);
    there.exit(service);
    there.fileDelete(target.base.kernel, `C:\\Windows\\${binary}`, true);
    logOff(there, logon);
    return userOf(logon.account);
  },
};

export const winRm: Scene = {
  id: 'winrm-lateral',
  title: 'Commands on a server through PowerShell remoting',
  technique: 'T1021.006',
  tactic: 'lateral-movement',
  host: anyWorkstation,
  play(stage) {
    const { world } = stage;
    const { explorer } = victim(stage);
    const target = world.server('management');
    part(stage, 'connect');
    const shell = stage.startConsole(
      images.powershell,
      `powershell.exe -nop -c "Invoke-Command -ComputerName ${target.name} -ScriptBlock { cmd /c net localgroup administrators }"`,
      { parent: explorer },
    );
    const { stage: there, logon } = reach(stage, shell, target, 5985);
    part(there, 'commands');
    const host = there.start(images.wsmprovhost, 'C:\\Windows\\system32\\wsmprovhost.exe -Embedding', {
      parent: target.base.svchostDcom,
      logon,
      integrity: 'High',
    });
    const cmd = there.startConsole(
      images.cmd,
      '"C:\\Windows\\system32\\cmd.exe" /c net localgroup administrators',
      { parent: host, lives: 3e6 },
    );
    const net = there.start(images.net, 'net  localgroup administrators', { parent: cmd, lives: 2e6 });
    there.start(images.net1, 'C:\\Windows\\system32\\net1  localgroup administrators', {
      parent: net,
      lives: 1e6,
    });
    there.wait(6, 20);
    there.exit(host);
    logOff(there, logon);
    stage.wait(8, 12);
    stage.exit(shell);
    return userOf(logon.account);
  },
};

export const remoteTask: Scene = {
  id: 'remote-task',
  title: 'Scheduled task registered and started on the domain controller from a workstation',
  technique: 'T1053.005',
  tactic: 'lateral-movement',
  host: anyWorkstation,
  play(stage) {
    const { world } = stage;
    const { explorer } = victim(stage);
    const target = world.controller;
    const name = `\\${world.random.letters(7)}`;
    const path = 'C:\\Windows\\Temp\\upd.ps1';
    part(stage, 'register');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', { parent: explorer });
    const command = `schtasks  /create /s ${target.name} /ru SYSTEM /tn "${name.slice(1)}" /tr "powershell -ep bypass -w hidden -f ${path}" /sc once /st 23:59 /f`;
    const client = stage.start(images.schtasks, command, { parent: shell, lives: 2e6 });
    const { stage: there, logon, origin } = reach(stage, client, target, 445);
    share(there, logon, origin, 'IPC$', '');
    shareFile(there, logon, origin, 'IPC$', '', 'atsvc', true);
    taskCreated(there, logon, name, 'powershell', `-ep bypass -w hidden -f ${path}`);
    there.fileCreate(target.base.svchostSchedule, `C:\\Windows\\System32\\Tasks${name}`);
    stage.wait(4, 8);
    stage.start(images.schtasks, `schtasks  /run /s ${target.name} /tn "${name.slice(1)}"`, {
      parent: shell,
      lives: 1e6,
    });
    part(there, 'run');
    there.wait(6, 12);
    const run = there.startConsole(images.powershell, `powershell -ep bypass -w hidden -f ${path}`, {
      parent: target.base.svchostSchedule,
      lives: 30e6,
    });
    const encoded = there.start(
      images.powershell,
      `"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -enc ${encodeCommand('Get-ADUser -Filter * -Properties *')}`,
      { parent: run, lives: 9e6 },
    );
    chain(there, 'task-to-encoded-powershell', [run, encoded]);
    logOff(there, logon);
    stage.wait(5, 10);
    stage.exit(shell);
    return userOf(logon.account);
  },
};
