/** What Windows and its agents do by themselves on every host. */
import { serviceInstalled, serviceState, scriptBlock, taskCreated, logOn } from '../audit.ts';
import { images, libraries } from '../images.ts';
import type { Stage } from '../stage.ts';
import { addressOf } from './programs.ts';

const TRACE_DEFENDER =
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.25010.11-0\\MpSvc.dll+1b2e4a';
const TRACE_SERVICE =
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|c:\\windows\\system32\\lsm.dll+f8d2|C:\\Windows\\System32\\RPCRT4.dll+76a53';
const TRACE_WMI =
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\Windows\\system32\\wbem\\cimwin32.dll+5a4d1|C:\\Windows\\SYSTEM32\\framedynos.dll+a1b4';
const SERVICES = [
  'Windows Update', 'Background Intelligent Transfer Service', 'Windows Modules Installer',
  'WMI Performance Adapter', 'Device Setup Manager', 'Software Protection',
  'Windows Error Reporting Service', 'Network Setup Service', 'Delivery Optimization',
]; // prettier-ignore
const SVCHOST_GROUPS = [
  'netsvcs -p -s wlidsvc', 'netsvcs -p -s BITS', 'LocalService -p -s NPSMSvc', 'wsappx -p -s AppXSvc',
  'netsvcs -p -s gpsvc', 'LocalSystemNetworkRestricted -p -s WdiSystemHost', 'netsvcs -p -s lfsvc',
]; // prettier-ignore
const UPDATE_NAMES = [
  'settings-win.data.microsoft.com',
  'v10.events.data.microsoft.com',
  'ctldl.windowsupdate.com',
  'slscr.update.microsoft.com',
  'wpad',
];
const REGISTRY: readonly (readonly [key: string, details: string])[] = [
  ['HKLM\\System\\CurrentControlSet\\Services\\W32Time\\Config\\LastKnownGoodTime', 'QWORD (0x01db8c0d-0x5a7c31e0)'],
  ['HKLM\\System\\CurrentControlSet\\Services\\Tcpip\\Parameters\\DhcpNameServer', '10.20.1.10'],
  ['HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\LastOnlineScanTimeForAppCategory', 'Binary Data'],
  ['HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\UserSettings\\S-1-5-18\\SequenceNumber', 'DWORD (0x0000001a)'],
  ['HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Time Zones\\TzVersion', 'DWORD (0x07e80000)'],
]; // prettier-ignore

/** Inventory query of the management agent; encoded on its command line as such agents do. */
const INVENTORY =
  'Get-CimInstance Win32_QuickFixEngineering | Select-Object HotFixID,InstalledOn | ConvertTo-Json -Compress';

/** A command as PowerShell's -EncodedCommand takes it. */
export function encodeCommand(text: string): string {
  return Buffer.from(text, 'utf16le').toString('base64');
}

const INVENTORY_ENCODED = encodeCommand(INVENTORY);

export function serviceHost(stage: Stage): void {
  const { random } = stage.world;
  const { base } = stage.host;
  const group = random.pick(SVCHOST_GROUPS);
  const process = stage.start(images.svchost, `C:\\Windows\\system32\\svchost.exe -k ${group}`, {
    parent: base.services,
    lives: stage.minutes(1, 20),
  });
  if (random.chance(0.5)) stage.registrySet(process, ...random.pick(REGISTRY));
  if (random.chance(0.3))
    stage.registryKey(
      process,
      'CreateKey',
      'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\AppModel\\StateRepository\\Cache',
    );
  if (random.chance(0.4)) {
    const name = random.pick(SERVICES);
    serviceState(stage, name, 'running');
    stage.wait(20, 200);
    serviceState(stage, name, 'stopped');
  }
}

export function housekeeping(stage: Stage): void {
  const { random } = stage.world;
  const { base } = stage.host;
  switch (random.int(6)) {
    case 0:
      stage.start(images.taskhostw, 'taskhostw.exe', {
        parent: base.svchostSchedule,
        lives: stage.minutes(0.5, 8),
      });
      break;
    case 1:
      stage.start(
        images.backgroundTask,
        '"C:\\Windows\\system32\\backgroundTaskHost.exe" -ServerName:CortanaUI.AppXy7vb4pc2dr3kc93kfc509b1d0arkfb2x.mca',
        { parent: base.svchostDcom, lives: stage.minutes(0.1, 1) },
      );
      break;
    case 2:
      stage.start(
        images.dllhost,
        'C:\\Windows\\system32\\DllHost.exe /Processid:{3AD05575-8857-4850-9277-11B85BDB8E09}',
        { parent: base.svchostDcom, lives: stage.minutes(0.1, 1) },
      );
      break;
    case 3:
      stage.start(
        images.searchProtocol,
        `"C:\\Windows\\system32\\SearchProtocolHost.exe" Global\\UsGthrFltPipeMssGthrPipe${random.between(1, 90)}_ Global\\UsGthrCtrlFltPipeMssGthrPipe${random.between(1, 90)} 1 -2147483646 "Software\\Microsoft\\Windows Search"`,
        { parent: base.searchIndexer, lives: stage.minutes(1, 5) },
      );
      stage.start(
        images.searchFilter,
        '"C:\\Windows\\system32\\SearchFilterHost.exe" 0 820 824 832 8192 828 796',
        { parent: base.searchIndexer, lives: stage.minutes(1, 5) },
      );
      break;
    case 4:
      stage.start(images.wmiprvse, 'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding', {
        parent: base.svchostDcom,
        logon: stage.host.networkService,
        lives: stage.minutes(1, 8),
      });
      break;
    default:
      stage.start(images.conhost, '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1', {
        parent: base.agent,
        lives: 2e6,
      });
  }
}

/** Reads of lsass.exe by those who may: what makes naive rules on it useless. */
export function lsassReads(stage: Stage): void {
  const { random } = stage.world;
  const { base } = stage.host;
  const choice = random.int(10);
  if (choice < 4)
    stage.access(base.defender, base.lsass, random.pick([0x1000, 0x1010, 0x101000]), TRACE_DEFENDER);
  else if (choice < 7)
    stage.access(base.svchostDcom, base.lsass, random.pick([0x1000, 0x3000]), TRACE_SERVICE);
  else if (choice < 9) stage.access(base.wmiprvse, base.lsass, 0x1410, TRACE_WMI);
  else
    stage.access(
      base.csrss,
      base.lsass,
      0x1fffff,
      'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\system32\\basesrv.DLL+2f36',
    );
}

export function defender(stage: Stage): void {
  const { base } = stage.host;
  const run = stage.start(
    images.mpcmdrun,
    `"${images.mpcmdrun.path}" SignatureUpdate -ScheduleJob -RestrictPrivileges`,
    { parent: base.svchostSchedule, logon: stage.host.networkService, lives: stage.minutes(0.2, 2) },
  );
  stage.dns(run, 'definitionupdates.microsoft.com', addressOf('definitionupdates.microsoft.com'));
  stage.fileCreate(
    run,
    `C:\\Windows\\ServiceProfiles\\NetworkService\\AppData\\Local\\Temp\\MpSigStub${stage.world.random.hex(6)}.log`,
  );
}

export function systemNetwork(stage: Stage): void {
  const { random, controller } = stage.world;
  const { base } = stage.host;
  const name = random.pick(UPDATE_NAMES);
  stage.dns(base.svchostDns, name, name === 'wpad' ? null : addressOf(name));
  if (random.chance(0.5)) stage.connect(base.svchostUpdate, { ip: addressOf(name), name, port: 443 });
  else
    stage.connect(base.lsass, {
      ip: controller.ip,
      name: controller.fqdn,
      port: random.pick([88, 389, 445]),
    });
}

export function registryNoise(stage: Stage): void {
  const { random } = stage.world;
  const { base } = stage.host;
  const process = random.pick([base.services, base.svchostUpdate, base.svchostNet, base.spooler, base.lsass]);
  for (let i = random.between(1, 3); i > 0; i--) stage.registrySet(process, ...random.pick(REGISTRY));
  if (random.chance(0.2))
    stage.registryKey(process, random.chance(0.7) ? 'CreateKey' : 'DeleteValue', random.pick(REGISTRY)[0]);
}

export function pipes(stage: Stage): void {
  const { random } = stage.world;
  const { base } = stage.host;
  stage.pipe(
    random.pick([base.agent, base.spooler, base.svchostNet]),
    'ConnectPipe',
    random.pick(['\\lsass', '\\wkssvc', '\\srvsvc', '\\ntsvcs', '\\spoolss']),
  );
  if (random.chance(0.2)) stage.pipe(base.agent, 'CreatePipe', `\\twagent-${random.hex(8)}`);
}

/** The management agent runs PowerShell with an encoded command, as many do. */
export function agentScript(stage: Stage): void {
  const { base } = stage.host;
  const shell = stage.startConsole(images.powershell, `powershell.exe -NoLogo -NoProfile -NonInteractive -EncodedCommand ${INVENTORY_ENCODED}`, { parent: base.agent, directory: 'C:\\Program Files\\Tidewatch\\Agent\\', lives: stage.minutes(0.05, 0.4) }); // prettier-ignore
  stage.load(shell, libraries.automation);
  stage.load(shell, libraries.amsi);
  scriptBlock(stage, shell, INVENTORY);
  stage.fileCreate(
    shell,
    `C:\\Windows\\Temp\\__PSScriptPolicyTest_${stage.world.random.hex(8)}.${stage.world.random.hex(3)}.ps1`,
  );
  stage.connect(base.agent, {
    ip: addressOf('collect.tidewatch.example'),
    name: 'collect.tidewatch.example',
    port: 443,
  });
}

export function softwareUpdate(stage: Stage): void {
  const { random } = stage.world;
  const { base } = stage.host;
  const image = random.pick([images.googleUpdate, images.edgeUpdate, images.clickToRun]);
  const args =
    image === images.clickToRun ? '/update SCHEDULEDTASK displaylevel=False' : '/ua /installsource scheduler';
  const run = stage.start(image, `"${image.path}" ${args}`, {
    parent: base.svchostSchedule,
    lives: stage.minutes(0.2, 3),
  });
  const name = image === images.googleUpdate ? 'update.googleapis.com' : 'msedge.api.cdp.microsoft.com';
  stage.dns(run, name, addressOf(name));
  stage.connect(run, { ip: addressOf(name), name, port: 443 });
  if (random.chance(0.1)) {
    taskCreated(
      stage,
      stage.host.system,
      `\\GoogleSystem\\GoogleUpdater\\GoogleUpdaterTaskSystem134.0.${random.between(6900, 6999)}.0`,
      images.googleUpdate.path,
      '--wake --system',
    );
    stage.registrySet(
      run,
      'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\SecurityHealth',
      '%windir%\\system32\\SecurityHealthSystray.exe',
    );
  }
  if (random.chance(0.05))
    serviceInstalled(
      stage,
      stage.host.system,
      'GoogleUpdaterService134.0.6985.0',
      `"${images.googleUpdate.path}" --system --windows-service --service=update`,
      'auto start',
    );
}

export function servicing(stage: Stage): void {
  const { random } = stage.world;
  const { base } = stage.host;
  stage.start(images.mousocore, 'C:\\Windows\\System32\\mousocoreworker.exe -Embedding', {
    parent: base.svchostDcom,
    lives: stage.minutes(1, 5),
  });
  const installer = stage.start(images.trustedInstaller, 'C:\\Windows\\servicing\\TrustedInstaller.exe', {
    parent: base.services,
    lives: stage.minutes(3, 9),
  });
  const worker = stage.start(images.tiworker, `${images.tiworker.path} -Embedding`, {
    parent: base.svchostDcom,
    lives: stage.minutes(2, 8),
  });
  stage.fileCreate(
    worker,
    `C:\\Windows\\WinSxS\\Temp\\InFlight\\${random.hex(16)}\\amd64_microsoft-windows-${random.hex(6)}.manifest`,
  );
  stage.registrySet(
    installer,
    'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionIdHigh',
    'DWORD (0x01db8c0e)',
  );
  if (random.chance(0.3)) stage.driver('C:\\Windows\\System32\\drivers\\WdFilter.sys', 'Microsoft Windows');
}

/** Service logons of the system account, as scheduled work starts. */
export function serviceLogon(stage: Stage): void {
  logOn(stage, stage.host.system.account, 5, null, true);
}

export function threadNoise(stage: Stage): void {
  const { base } = stage.host;
  stage.remoteThread(base.csrss, base.svchostUpdate, 'C:\\Windows\\System32\\KERNELBASE.dll', 'CtrlRoutine');
}
