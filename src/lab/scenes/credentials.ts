/** Attack scenes on credentials: memory of lsass.exe, registry hives, Kerberos tickets, guessed passwords. */
import { BAD_PASSWORD, NO_SUCH_USER, logOn, logonFailed, serviceTicket } from '../audit.ts';
import { userOf } from '../host.ts';
import { images, libraries } from '../images.ts';
import {
  anyServer,
  anyWorkstation,
  auditedWorkstation,
  elevated,
  part,
  unmarked,
  victim,
  type Scene,
} from './types.ts';

const TRACE_DUMP =
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\Windows\\SYSTEM32\\dbgcore.DLL+6cee|C:\\Windows\\SYSTEM32\\dbgcore.DLL+11b33|C:\\Windows\\SYSTEM32\\dbgcore.DLL+a5d2';

export const taskManagerDump: Scene = {
  id: 'lsass-dump-taskmgr',
  title: 'Memory of lsass.exe dumped with Task Manager',
  technique: 'T1003.001',
  tactic: 'credential-access',
  host: anyServer,
  play(stage) {
    const { world, host } = stage;
    const account = world.admin();
    // The stolen administrator account comes in by remote desktop, as an administrator would.
    const explorer = unmarked(stage, () => {
      const logon = logOn(
        stage,
        account,
        10,
        { ip: world.random.pick(world.workstations).ip, port: 50_122 },
        true,
      );
      return stage.start(images.explorer, 'C:\\Windows\\Explorer.EXE', {
        parent: host.base.winlogon,
        logon,
        integrity: 'Medium',
        directory: `C:\\Users\\${account.name}\\`,
      });
    });
    stage.wait(30, 90);
    part(stage, 'open Task Manager');
    const manager = stage.start(images.taskmgr, '"C:\\Windows\\system32\\taskmgr.exe" /7', {
      parent: explorer,
      integrity: 'High',
    });
    stage.wait(8, 20);
    part(stage, 'dump');
    stage.load(manager, libraries.dbghelp);
    stage.load(manager, libraries.dbgcore);
    stage.access(manager, host.base.lsass, 0x1410, TRACE_DUMP);
    stage.access(manager, host.base.lsass, 0x1fffff, TRACE_DUMP);
    stage.fileCreate(manager, `C:\\Users\\${account.name}\\AppData\\Local\\Temp\\lsass.DMP`);
    stage.wait(10, 40);
    stage.exit(manager);
    return userOf(account);
  },
};

export const comsvcsDump: Scene = {
  id: 'lsass-dump-comsvcs',
  title: 'Memory of lsass.exe dumped with the MiniDump export of comsvcs.dll',
  technique: 'T1003.001',
  tactic: 'credential-access',
  host: auditedWorkstation,
  play(stage) {
    const { host } = stage;
    const desktop = victim(stage);
    part(stage, 'find lsass.exe');
    const shell = stage.startConsole(images.powershell, 'powershell.exe -ep bypass -nop', elevated(desktop));
    stage.start(images.tasklist, '"C:\\Windows\\system32\\tasklist.exe" /fi "imagename eq lsass.exe"', {
      parent: shell,
      lives: 1e6,
    });
    stage.wait(4, 9);
    part(stage, 'dump');
    const path = 'C:\\Windows\\Temp\\perf.dat';
    const dump = stage.start(
      images.rundll32,
      `"C:\\Windows\\System32\\rundll32.exe" C:\\Windows\\System32\\comsvcs.dll, MiniDump ${host.base.lsass.pid} ${path} full`,
      { parent: shell, lives: 4e6 },
    );
    stage.load(dump, libraries.comsvcs);
    stage.load(dump, libraries.dbgcore);
    stage.access(dump, host.base.lsass, 0x1fffff, `${TRACE_DUMP}|C:\\Windows\\System32\\comsvcs.dll+2e1fb`);
    stage.fileCreate(dump, path);
    stage.wait(20, 50);
    stage.exit(shell);
    return desktop.user;
  },
};

export const hiveSave: Scene = {
  id: 'sam-hive-save',
  title: 'SAM, SECURITY and SYSTEM hives saved with reg.exe',
  technique: 'T1003.002',
  tactic: 'credential-access',
  host: auditedWorkstation,
  play(stage) {
    const desktop = victim(stage);
    part(stage, 'save hives');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', elevated(desktop));
    for (const hive of ['sam', 'security', 'system']) {
      stage.wait(2, 8);
      const path = `C:\\Users\\Public\\${hive}.hiv`;
      const save = stage.start(images.reg, `reg  save hklm\\${hive} ${path}`, { parent: shell, lives: 2e6 });
      stage.fileCreate(save, path);
    }
    stage.wait(5, 10);
    stage.exit(shell);
    return desktop.user;
  },
};

export const kerberoast: Scene = {
  id: 'kerberoast',
  title: 'Service tickets with RC4 requested for every service account',
  technique: 'T1558.003',
  tactic: 'credential-access',
  host: anyWorkstation,
  play(stage) {
    const { world, host } = stage;
    const desktop = victim(stage);
    const { account } = desktop.explorer.logon;
    part(stage, 'search accounts');
    const shell = stage.startConsole(images.powershell, 'powershell.exe -nop -w hidden', {
      parent: desktop.explorer,
    });
    stage.load(shell, libraries.automation);
    stage.connect(shell, { ip: world.controller.ip, name: world.controller.fqdn, port: 389 });
    part(stage, 'request tickets');
    const controller = stage.on(world.controller);
    for (const service of Object.values(world.company.services)) {
      controller.wait(0.05, 0.4);
      serviceTicket(controller, account, service, host, 0x17);
    }
    stage.wait(10, 30);
    stage.exit(shell);
    return desktop.user;
  },
};

export const passwordSpray: Scene = {
  id: 'password-spray',
  title: 'One password tried on many accounts over the network',
  technique: 'T1110.003',
  tactic: 'credential-access',
  host: (world) => world.controller,
  play(stage) {
    const { world } = stage;
    const { random } = world;
    const source = random.pick(world.workstations);
    const guesses = world.company.people.slice(0, 24).map((person) => person.name);
    part(stage, 'guess');
    const origin = () => ({
      ip: source.ip,
      port: random.between(49_152, 65_500),
      workstation: 'WORKSTATION',
      ntlm: true,
    });
    for (const name of [...guesses, 'administrator', 'test', 'helpdesk', 'scanner']) {
      stage.wait(0.3, 2);
      const known = guesses.includes(name);
      logonFailed(stage, name, 3, known ? BAD_PASSWORD : NO_SUCH_USER, origin());
    }
    stage.wait(1, 2);
    part(stage, 'success');
    const lucky = random.pick(world.company.people);
    logOn(stage, lucky, 3, origin());
    return userOf(lucky);
  },
};
