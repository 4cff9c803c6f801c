/**
 * Attack scenes that show only in who started whom, over several generations, and what is nearly such a chain in
 * ordinary life: in another order, over a longer time, with Explorer between.
 */
import { serviceInstalled, serviceState } from '../audit.ts';
import { database, website } from '../background/server.ts';
import { encodeCommand } from '../background/system.ts';
import { userOf, type Process } from '../host.ts';
import { images, libraries } from '../images.ts';
import type { Stage } from '../stage.ts';
import {
  anyServer,
  anyWorkstation,
  auditedWorkstation,
  chain,
  part,
  unmarked,
  victim,
  type Scene,
} from './types.ts';

const SYSTEM32 = 'C:\\Windows\\system32\\';

/** A service that runs on this host since before. */
function running(stage: Stage, name: 'w3wp' | 'sqlservr', start: (stage: Stage) => void): Process {
  return unmarked(stage, () => {
    start(stage);
    stage.wait(20, 60);
    return stage.host.apps.get(name) as Process;
  });
}

export const webShell: Scene = {
  id: 'web-shell',
  title: 'A web shell in the tracking site runs commands through cmd.exe',
  technique: 'T1505.003',
  tactic: 'persistence',
  host: (world) => world.server('web'),
  play(stage) {
    const worker = running(stage, 'w3wp', website);
    part(stage, 'upload');
    stage.fileCreate(worker, 'C:\\inetpub\\wwwroot\\tracking\\images\\status.aspx');
    stage.wait(3, 9);
    part(stage, 'commands');
    const shell = stage.startConsole(images.cmd, '"cmd.exe" /c whoami & net user', {
      parent: worker,
      lives: 5e6,
    });
    const who = stage.start(images.whoami, 'whoami', { parent: shell, lives: 1e6 });
    chain(stage, 'web-server-commands', [shell, who]);
    const net = stage.start(images.net, 'net  user', { parent: shell, lives: 2e6 });
    chain(stage, 'web-server-commands', [shell, net]);
    const net1 = stage.start(images.net1, `${SYSTEM32}net1  user`, { parent: net, lives: 1e6 });
    chain(stage, 'web-server-commands', [shell, net1]);
    return userOf(worker.logon.account);
  },
};

export const databaseShell: Scene = {
  id: 'database-shell',
  title: 'The database server runs PowerShell through xp_cmdshell',
  technique: 'T1505.001',
  tactic: 'persistence',
  host: (world) => world.server('sql'),
  play(stage) {
    const sql = running(stage, 'sqlservr', database);
    part(stage, 'xp_cmdshell');
    const shell = stage.startConsole(
      images.cmd,
      `"${SYSTEM32}cmd.exe" /c powershell -nop -c "Get-LocalGroupMember Administrators"`,
      { parent: sql, lives: 9e6 },
    );
    const inner = stage.start(
      images.powershell,
      'powershell  -nop -c "Get-LocalGroupMember Administrators"',
      {
        parent: shell,
        lives: 7e6,
      },
    );
    stage.load(inner, libraries.automation);
    chain(stage, 'database-commands', [shell, inner]);
    return userOf(sql.logon.account);
  },
};

export const serviceProxy: Scene = {
  id: 'service-proxy-execution',
  title: 'A service whose command runs mshta.exe through cmd.exe',
  technique: 'T1569.002',
  tactic: 'execution',
  host: anyServer,
  play(stage) {
    const { host } = stage;
    const command = `%COMSPEC% /C start /b ${SYSTEM32}mshta.exe C:\\ProgramData\\Intel\\cfg.hta`;
    part(stage, 'install');
    serviceInstalled(stage, host.system, 'IntelCfgSync', command);
    stage.wait(1, 3);
    part(stage, 'run');
    const shell = stage.startConsole(
      images.cmd,
      `${SYSTEM32}cmd.exe /C start /b ${SYSTEM32}mshta.exe C:\\ProgramData\\Intel\\cfg.hta`,
      {
        parent: host.base.services,
        lives: 2e6,
      },
    );
    const proxy = stage.start(images.mshta, `${SYSTEM32}mshta.exe C:\\ProgramData\\Intel\\cfg.hta`, {
      parent: shell,
      lives: 40e6,
    });
    chain(stage, 'service-to-proxy', [shell, proxy]);
    serviceState(stage, 'IntelCfgSync', 'stopped');
    stage.wait(4, 8);
    part(stage, 'library');
    const library = stage.start(images.regsvr32, `regsvr32.exe /s C:\\ProgramData\\Intel\\cfg.dll`, {
      parent: proxy,
      lives: 3e6,
    });
    chain(stage, 'service-to-proxy', [shell, library]);
    return userOf(host.system.account);
  },
};

export const wmiCommands: Scene = {
  id: 'wmi-remote-commands',
  title: 'Commands run through WMI: the provider host starts cmd.exe, which looks around',
  technique: 'T1047',
  tactic: 'execution',
  host: auditedWorkstation,
  play(stage) {
    const { host, world } = stage;
    part(stage, 'commands');
    const admin = host.newLogon(world.admin(), 3, stage.time);
    const provider = host.base.wmiprvse;
    for (const command of ['whoami /groups', 'nltest /domain_trusts']) {
      stage.wait(2, 9);
      const shell = stage.startConsole(
        images.cmd,
        `cmd.exe /Q /c ${command} 1> \\\\127.0.0.1\\ADMIN$\\__1741 2>&1`,
        {
          parent: provider,
          logon: admin,
          integrity: 'High',
          lives: 3e6,
        },
      );
      const image = command.startsWith('whoami') ? images.whoami : images.nltest;
      const tool = stage.start(image, command.replace(' ', '  '), { parent: shell, lives: 1e6 });
      chain(stage, 'wmi-commands', [shell, tool]);
    }
    return userOf(admin.account);
  },
};

export const scriptDropper: Scene = {
  id: 'script-dropper',
  title: 'A script from a download starts PowerShell, which registers a library',
  technique: 'T1218.010',
  tactic: 'defense-evasion',
  host: anyWorkstation,
  play(stage) {
    const { explorer, home, user } = victim(stage);
    const script = `${home}\\Downloads\\Consignment_4471.js`;
    const library = `${home}\\AppData\\Local\\Temp\\cnsg.dat`;
    part(stage, 'script');
    const host = stage.start(images.wscript, `"${SYSTEM32}WScript.exe" "${script}"`, {
      parent: explorer,
      lives: 30e6,
    });
    stage.wait(2, 5);
    part(stage, 'PowerShell');
    const shell = stage.startConsole(
      images.powershell,
      `powershell.exe -nop -w hidden -enc ${encodeCommand(`Copy-Item $env:TEMP\\c.tmp ${library}; regsvr32 /s ${library}`)}`,
      { parent: host, lives: 20e6 },
    );
    stage.load(shell, libraries.automation);
    stage.fileCreate(shell, library);
    stage.wait(1, 4);
    part(stage, 'library');
    const register = stage.start(images.regsvr32, `"${SYSTEM32}regsvr32.exe" /s ${library}`, {
      parent: shell,
      lives: 4e6,
    });
    chain(stage, 'script-to-library', [host, shell, register]);
    return user;
  },
};

/** Nearly the chain of cmd.exe, PowerShell and an Office application, and each time harmless. */
export function nearlyOffice(stage: Stage): void {
  const { explorer, home } = victim(stage);
  const sheet = `"${images.excel.path}" "${home}\\Documents\\Stock count.xlsx"`;
  const report = 'powershell.exe -NoProfile -File C:\\Scripts\\Open-Report.ps1';
  unmarked(stage, () => {
    const console = (): Process =>
      stage.startConsole(images.cmd, `"${SYSTEM32}cmd.exe" /c C:\\Scripts\\report.cmd`, { parent: explorer });
    // Eleven minutes from cmd.exe to Excel.
    const slow = stage.start(images.powershell, report, { parent: console() });
    stage.later(stage.time + 11 * 60e6, () =>
      stage.start(images.excel, sheet, { parent: slow, lives: 60e6 }),
    );
    // The other way round.
    const first = stage.startConsole(images.powershell, report, { parent: explorer });
    const second = stage.start(images.cmd, 'cmd.exe /c start excel', { parent: first });
    stage.start(images.excel, sheet, { parent: second, lives: 60e6 });
    // The user opened it: PowerShell shows a folder, Explorer starts Excel.
    const shell = stage.start(images.powershell, report, { parent: console() });
    const folder = stage.start(images.explorer, `explorer.exe ${home}\\Documents`, { parent: shell });
    stage.start(images.excel, sheet, { parent: folder, lives: 60e6 });
    // The three programs on two hosts.
    const other = stage.on(stage.world.workstations.find((host) => host !== stage.host) ?? stage.host);
    const { explorer: elsewhere } = victim(other);
    stage.start(images.powershell, report, { parent: console() });
    unmarked(other, () => other.start(images.excel, sheet, { parent: elsewhere, lives: 60e6 }));
  });
}
