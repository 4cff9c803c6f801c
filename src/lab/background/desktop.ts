/** What people do at their workstations. */
import {
  logOn,
  logonFailed,
  BAD_PASSWORD,
  share,
  shareFile,
  serviceTicket,
  ticketGranting,
} from '../audit.ts';
import type { Process } from '../host.ts';
import { images, libraries, type Image } from '../images.ts';
import type { Stage } from '../stage.ts';
import { app, visit } from './programs.ts';

const SITES = [
  'www.portnews.example', 'intranet.brackwater.example', 'maps.freightroute.example', 'www.wikipedia.org',
  'tracking.oceanlane.example', 'news.harbourpost.example', 'login.microsoftonline.com',
  'fonts.gstatic.com', 'www.bing.com', 'cdn.tarifftable.example', 'shop.palletdirect.example',
  'static.weatherdesk.example',
]; // prettier-ignore
const DOCUMENTS = [
  'Quarter plan', 'Freight rates', 'Customs list', 'Budget 2025', 'Shift roster', 'Minutes 03',
  'Carrier contract', 'Stock count', 'Invoice 20417', 'Route study',
]; // prettier-ignore
const SHARES = ['Finance', 'Operations', 'Public', 'Projects'];

export interface Desktop {
  readonly explorer: Process;
  readonly home: string;
}

/** The owner's session; logs on first if nobody is. */
export function desktopOf(stage: Stage): Desktop {
  const { host, world } = stage;
  const owner = host.owner ?? world.admin();
  const home = `C:\\Users\\${owner.name}`;
  if (host.desktop !== null) return { explorer: host.desktop.explorer, home };

  if (world.random.chance(0.08)) logonFailed(stage, owner.name, 2, BAD_PASSWORD, null);
  stage.wait(1, 6);
  const controller = stage.on(world.controller);
  controller.mark = null;
  ticketGranting(controller, owner, host);
  serviceTicket(controller, owner, world.machineAccount(host), host);
  const logon = logOn(stage, owner, 2, null, owner.kind === 'admin');
  const userinit = stage.start(images.userinit, 'C:\\Windows\\system32\\userinit.exe', {
    parent: host.base.winlogon,
    logon,
    integrity: 'Medium',
    lives: stage.minutes(0.3, 0.6),
  });
  const explorer = stage.start(images.explorer, 'C:\\Windows\\Explorer.EXE', {
    parent: userinit,
    directory: `${home}\\`,
  });
  host.desktop = { logon, explorer };
  const script = stage.startConsole(
    images.cmd,
    `C:\\Windows\\system32\\cmd.exe /c \\\\brackwater.example\\NETLOGON\\drives.cmd`,
    { parent: userinit, lives: 9e6 },
  );
  stage.start(images.net, `net use P: \\\\${world.server('file').name}\\Public /persistent:no`, {
    parent: script,
    lives: 1e6,
  });
  stage.start(images.onedrive, `"${images.onedrive.path}" /background`, { parent: explorer });
  return { explorer, home };
}

export function browse(stage: Stage): void {
  const { random } = stage.world;
  const { explorer, home } = desktopOf(stage);
  const { process: browser } = app(stage, random.chance(0.6) ? 'chrome' : 'edge', explorer, '');
  const data = browser.image === images.chrome ? 'Google\\Chrome' : 'Microsoft\\Edge';
  const pages = random.between(1, 4);
  for (let i = 0; i < pages; i++) {
    const site = random.pick(SITES);
    stage.wait(1, 20);
    stage.start(browser.image, `"${browser.image.path}" --type=renderer --lang=en-US --num-raster-threads=4 --renderer-client-id=${random.between(5, 400)} --mojo-platform-channel-handle=${random.between(2000, 9000)} /prefetch:1`, { parent: browser, integrity: 'Low', lives: stage.minutes(0.5, 30) }); // prettier-ignore
    visit(stage, browser, site);
    stage.fileCreate(
      browser,
      `${home}\\AppData\\Local\\${data}\\User Data\\Default\\Cache\\Cache_Data\\f_${random.hex(6)}`,
    );
  }
  if (random.chance(0.3))
    stage.pipe(
      browser,
      'CreatePipe',
      `\\mojo.${browser.pid}.${random.between(1000, 9999)}.${random.u32()}${random.u32()}`,
    );
  if (random.chance(0.25)) {
    const name = `${home}\\Downloads\\${random.pick(DOCUMENTS)}.pdf`;
    stage.fileCreate(browser, `${name}.crdownload`);
    stage.zone(browser, name, `https://${random.pick(SITES)}/files/${random.hex(8)}`);
  }
  if (random.chance(0.2))
    stage.fileDelete(
      browser,
      `${home}\\AppData\\Local\\${data}\\User Data\\Default\\Cache\\Cache_Data\\f_${random.hex(6)}`,
    );
}

export function officeWork(stage: Stage): void {
  const { random } = stage.world;
  const { explorer, home } = desktopOf(stage);
  const [image, extension] = random.pick<readonly [Image, string]>([
    [images.winword, 'docx'],
    [images.excel, 'xlsx'],
    [images.powerpnt, 'pptx'],
  ]);
  const name = random.pick(DOCUMENTS);
  const path = `${home}\\Documents\\${name}.${extension}`;
  const lives = stage.minutes(2, 50);
  const program = stage.start(image, `"${image.path}" /n "${path}" /o ""`, {
    parent: explorer,
    directory: `${home}\\Documents\\`,
    lives,
  });
  stage.load(program, libraries.combase);
  // Few documents hold macros; those of the finance department do.
  if (image === images.excel && random.chance(0.15)) stage.load(program, libraries.vbe7);
  stage.wait(0.5, 3);
  stage.fileCreate(program, `${home}\\Documents\\~$${name.slice(2)}.${extension}`);
  visit(stage, program, 'nexusrules.officeapps.live.com');
  stage.registrySet(
    program,
    `HKU\\${program.logon.account.sid}\\Software\\Microsoft\\Office\\16.0\\Common\\Open Find\\Places\\${random.hex(4)}`,
    name,
  );
  stage.registrySet(
    program,
    `HKU\\${program.logon.account.sid}\\Software\\Microsoft\\Office\\16.0\\${extension.slice(0, 3)}\\File MRU\\Item 1`,
    `[F00000000][T01DB8C${random.hex(10).toUpperCase()}][O00000000]*${path}`,
  );
  if (random.chance(0.4))
    stage.start(images.splwow64, 'C:\\Windows\\splwow64.exe 12288', {
      parent: program,
      lives: stage.minutes(1, 3),
    });
  stage.fileCreate(program, `${home}\\AppData\\Local\\Temp\\${random.hex(8).toUpperCase()}.tmp`);
  stage.fileDelete(program, `${home}\\AppData\\Local\\Temp\\${random.hex(8).toUpperCase()}.tmp`);
}

export function mail(stage: Stage): void {
  const { random } = stage.world;
  const { explorer, home } = desktopOf(stage);
  const { process: outlook } = app(stage, 'outlook', explorer, '');
  visit(stage, outlook, 'outlook.office365.com');
  stage.fileCreate(
    outlook,
    `${home}\\AppData\\Local\\Microsoft\\Outlook\\RoamCache\\Stream_${random.hex(8)}.dat`,
  );
  if (random.chance(0.5)) {
    const name = `${random.pick(DOCUMENTS)}.pdf`;
    const path = `${home}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\${random.hex(8).toUpperCase()}\\${name}`;
    stage.fileCreate(outlook, path);
    const reader = images.edge;
    const viewer = stage.start(reader, `"${reader.path}" --single-argument ${path}`, {
      parent: outlook,
      lives: stage.minutes(1, 20),
    });
    visit(stage, viewer, 'edge.microsoft.com');
  }
}

export function teams(stage: Stage): void {
  const { random } = stage.world;
  const { explorer, home } = desktopOf(stage);
  const { process: client, fresh } = app(stage, 'teams', explorer, ' msteams:system-initiated');
  if (fresh)
    stage.start(
      images.webview,
      `"${images.webview.path}" --embedded-browser-webview=1 --webview-exe-name=ms-teams.exe --user-data-dir="${home}\\AppData\\Local\\Packages\\MSTeams_8wekyb3d8bbwe\\LocalCache"`,
      { parent: client },
    );
  visit(stage, client, 'teams.events.data.microsoft.com');
  visit(stage, client, 'presence.teams.microsoft.com');
  stage.fileCreate(
    client,
    `${home}\\AppData\\Local\\Packages\\MSTeams_8wekyb3d8bbwe\\LocalCache\\Microsoft\\MSTeams\\Logs\\MSTeams_${random.hex(6)}.log`,
  );
}

export function syncFiles(stage: Stage): void {
  const { random } = stage.world;
  const { explorer, home } = desktopOf(stage);
  const { process: client } = app(stage, 'onedrive', explorer, ' /background');
  for (let i = random.between(1, 4); i > 0; i--) {
    stage.wait(0.2, 5);
    stage.fileCreate(
      client,
      `${home}\\OneDrive - Brackwater Logistics\\${random.pick(DOCUMENTS)} ${random.between(1, 40)}.xlsx`,
    );
  }
  // A sync client sets the times of files it brings: ordinary events of the kind that timestomping makes.
  if (random.chance(0.4))
    stage.fileTime(
      client,
      `${home}\\OneDrive - Brackwater Logistics\\${random.pick(DOCUMENTS)}.xlsx`,
      '2025-02-11 09:14:22.000',
      '2025-03-01 12:00:05.318',
    );
  visit(stage, client, 'brackwater.sharepoint.com');
}

export function desktopOdds(stage: Stage): void {
  const { random } = stage.world;
  const { explorer, home } = desktopOf(stage);
  const sid = explorer.logon.account.sid;
  stage.registrySet(
    explorer,
    `HKU\\${sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist\\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\\Count\\${random.letters(12)}`,
    'Binary Data',
  );
  const choice = random.int(6);
  if (choice === 0)
    stage.start(images.notepad, `"C:\\Windows\\system32\\NOTEPAD.EXE" ${home}\\Documents\\notes.txt`, {
      parent: explorer,
      directory: `${home}\\`,
      lives: stage.minutes(1, 20),
    });
  else if (choice === 1) {
    const manager = stage.start(images.taskmgr, '"C:\\Windows\\system32\\taskmgr.exe" /4', {
      parent: explorer,
      integrity: 'Medium',
      lives: stage.minutes(1, 4),
    });
    stage.access(manager, explorer, 0x1410, TRACE_QUERY);
  } else if (choice === 2)
    stage.start(images.mstsc, `"C:\\Windows\\system32\\mstsc.exe"`, {
      parent: explorer,
      lives: stage.minutes(1, 2),
    });
  else
    stage.start(images.runtimeBroker, 'C:\\Windows\\System32\\RuntimeBroker.exe -Embedding', {
      parent: stage.host.base.svchostDcom,
      logon: explorer.logon,
      integrity: 'Medium',
      lives: stage.minutes(1, 15),
    });
}

/** Opens a file of a department's share: seen on the workstation, the domain controller and the file server. */
export function useShare(stage: Stage): void {
  const { random } = stage.world;
  const { host, world } = stage;
  const { explorer } = desktopOf(stage);
  const server = world.server('file');
  const account = explorer.logon.account;
  const peer = { ip: server.ip, name: server.fqdn, port: 445 };
  const port = stage.connect(host.base.kernel, peer);
  serviceTicket(stage.on(world.controller), account, world.machineAccount(server), host);
  const there = stage.on(server);
  there.accept(server.base.kernel, 445, host, port);
  const origin = { ip: host.ip, port };
  const logon = logOn(there, account, 3, origin);
  const name = random.pick(SHARES);
  share(there, logon, origin, name, `\\??\\D:\\Shares\\${name}`);
  for (let i = random.between(1, 5); i > 0; i--) {
    there.wait(0.5, 30);
    const extension = random.pick(['xlsx', 'docx', 'pdf']);
    shareFile(
      there,
      logon,
      origin,
      name,
      `\\??\\D:\\Shares\\${name}`,
      `${random.pick(DOCUMENTS)}.${extension}`,
      random.chance(0.3),
    );
  }
}

const TRACE_QUERY =
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\Windows\\system32\\taskmgr.exe+3a1c7|C:\\Windows\\System32\\KERNEL32.DLL+17374';
