/** Attack scenes that hide: cleared logs, forged file times, a program under a system name. */
import { userOf } from '../host.ts';
import { images, makeImage } from '../images.ts';
import { schemas } from '../schemas.ts';
import { auditedWorkstation, anyWorkstation, elevated, part, victim, type Scene } from './types.ts';

export const logClearing: Scene = {
  id: 'log-clearing',
  title: 'Event logs cleared with wevtutil',
  technique: 'T1070.001',
  tactic: 'defense-evasion',
  host: auditedWorkstation,
  play(stage) {
    const { host } = stage;
    const desktop = victim(stage);
    part(stage, 'clear');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', elevated(desktop));
    const logPid = host.base.svchostNet.pid;
    for (const log of ['Security', 'System']) {
      stage.wait(1, 4);
      const tool = stage.start(images.wevtutil, `wevtutil  cl ${log}`, { parent: shell, lives: 1e6 });
      const { account } = tool.logon;
      if (log === 'Security') {
        stage.emit(schemas.securityLogCleared, stage.subject(tool.logon), logPid, null);
      } else {
        stage.emit(schemas.otherLogCleared, [account.name, account.domain, log, ''], logPid, account.sid);
      }
    }
    stage.wait(2, 5);
    stage.exit(shell);
    return desktop.user;
  },
};

export const timestomp: Scene = {
  id: 'timestomp',
  title: 'Creation time of a dropped program set back by years',
  technique: 'T1070.006',
  tactic: 'defense-evasion',
  host: anyWorkstation,
  play(stage) {
    const desktop = victim(stage);
    const path = 'C:\\ProgramData\\Intel\\igfxhost.exe';
    part(stage, 'drop');
    const shell = stage.startConsole(images.powershell, 'powershell.exe -nop -ep bypass', elevated(desktop));
    stage.fileCreate(shell, path);
    stage.wait(2, 6);
    part(stage, 'set time');
    stage.fileTime(
      shell,
      path,
      '2019-03-19 05:45:18.000',
      `${new Date(Math.floor(stage.time / 1000)).toISOString().slice(0, 19).replace('T', ' ')}.114`,
    );
    stage.wait(3, 9);
    stage.exit(shell);
    return desktop.user;
  },
};

export const masquerade: Scene = {
  id: 'masquerade-svchost',
  title: 'A program named svchost.exe runs from a Temp folder and replaces its image',
  technique: 'T1036.005',
  tactic: 'defense-evasion',
  host: auditedWorkstation,
  play(stage) {
    const desktop = victim(stage);
    const path = `${desktop.home}\\AppData\\Local\\Temp\\svchost.exe`;
    part(stage, 'start');
    stage.fileCreate(desktop.explorer, path);
    const fake = stage.start(makeImage(path), `"${path}" -k netsvcs`, { parent: desktop.explorer });
    stage.tamper(fake, 'Image is replaced');
    part(stage, 'call home');
    stage.dns(fake, 'time-sync.cargo-metrics.example', '198.51.100.23');
    for (let i = 0; i < 3; i++) {
      stage.wait(30, 60);
      stage.connect(fake, { ip: '198.51.100.23', name: 'time-sync.cargo-metrics.example', port: 8443 });
    }
    stage.remoteThread(fake, desktop.explorer, '-', '-');
    stage.wait(5, 10);
    stage.exit(fake);
    return userOf(fake.logon.account);
  },
};
