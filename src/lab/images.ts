/**
 * Programs and libraries of the estate. The same image has the same hashes everywhere: they are digests of its
 * name and version, so nobody mistakes them for indicators of a real file.
 */
import { createHash } from 'node:crypto';

export interface Image {
  readonly path: string;
  readonly version: string;
  readonly description: string;
  readonly product: string;
  readonly company: string;
  readonly originalName: string;
  /** `MD5=...,SHA256=...,IMPHASH=...`, upper case. */
  readonly hashes: string;
  readonly signer: string | null;
}

const WINDOWS_VERSION = '10.0.19041.3636 (WinBuild.160101.0800)';
const digest = (kind: string, text: string): string =>
  createHash(kind).update(text).digest('hex').toUpperCase();

/** Hashes of a file that is known by a text only. What is no program has no imports: Sysmon shows zeros then. */
export function hashesOf(text: string, program = true): string {
  const imports = program ? digest('md5', `imports of ${text}`) : '0'.repeat(32);
  return `MD5=${digest('md5', text)},SHA256=${digest('sha256', text)},IMPHASH=${imports}`;
}

interface ImageDetails {
  readonly version?: string;
  readonly description?: string;
  readonly product?: string;
  readonly company?: string;
  readonly originalName?: string;
  readonly signer?: string | null;
}

/** An image that is not in the catalogue: attack tools, renamed copies. Details default to `-`, as Sysmon shows. */
export function makeImage(path: string, details: ImageDetails = {}): Image {
  const name = path.slice(path.lastIndexOf('\\') + 1);
  const version = details.version ?? '-';
  const originalName = details.originalName ?? '-';
  return {
    path,
    version,
    description: details.description ?? '-',
    product: details.product ?? '-',
    company: details.company ?? '-',
    originalName,
    hashes: hashesOf(`${originalName === '-' ? name : originalName} ${version}`),
    signer: details.signer ?? null,
  };
}

function windows(path: string, description: string, originalName?: string): Image {
  return makeImage(path.startsWith('C:') ? path : `C:\\Windows\\System32\\${path}`, {
    version: WINDOWS_VERSION,
    description,
    product: 'Microsoft® Windows® Operating System',
    company: 'Microsoft Corporation',
    originalName: originalName ?? path.slice(path.lastIndexOf('\\') + 1),
    signer: 'Microsoft Windows',
  });
}

function office(name: string, description: string, originalName: string): Image {
  return makeImage(`C:\\Program Files\\Microsoft Office\\root\\Office16\\${name}`, {
    version: '16.0.17328.20162',
    description,
    product: 'Microsoft Office',
    company: 'Microsoft Corporation',
    originalName,
    signer: 'Microsoft Corporation',
  });
}

function vendor(path: string, description: string, company: string, version: string): Image {
  const originalName = path.slice(path.lastIndexOf('\\') + 1);
  return makeImage(path, {
    version,
    description,
    product: description,
    company,
    originalName,
    signer: company,
  });
}

const DEFENDER = 'C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.25010.11-0';
const USER_APPS = 'C:\\Program Files';

export const images = {
  system: makeImage('System', { version: '-' }),
  smss: windows('smss.exe', 'Windows Session Manager'),
  csrss: windows('csrss.exe', 'Client Server Runtime Process', 'CSRSS.Exe'),
  wininit: windows('wininit.exe', 'Windows Start-Up Application', 'WinInit.exe'),
  winlogon: windows('winlogon.exe', 'Windows Logon Application', 'WINLOGON.EXE'),
  services: windows('services.exe', 'Services and Controller app'),
  lsass: windows('lsass.exe', 'Local Security Authority Process'),
  svchost: windows('svchost.exe', 'Host Process for Windows Services'),
  spoolsv: windows('spoolsv.exe', 'Spooler SubSystem App'),
  taskhostw: windows('taskhostw.exe', 'Host Process for Windows Tasks'),
  taskmgr: windows('Taskmgr.exe', 'Task Manager'),
  userinit: windows('userinit.exe', 'Userinit Logon Application', 'USERINIT.EXE'),
  explorer: windows('C:\\Windows\\explorer.exe', 'Windows Explorer', 'EXPLORER.EXE'),
  dllhost: windows('dllhost.exe', 'COM Surrogate'),
  conhost: windows('conhost.exe', 'Console Window Host', 'CONHOST.EXE'),
  runtimeBroker: windows('RuntimeBroker.exe', 'Runtime Broker'),
  backgroundTask: windows('backgroundTaskHost.exe', 'Background Task Host'),
  searchProtocol: windows('SearchProtocolHost.exe', 'Microsoft Windows Search Protocol Host'),
  searchFilter: windows('SearchFilterHost.exe', 'Microsoft Windows Search Filter Host'),
  searchIndexer: windows('SearchIndexer.exe', 'Microsoft Windows Search Indexer'),
  wmiprvse: windows('wbem\\WmiPrvSE.exe', 'WMI Provider Host', 'Wmiprvse.exe'),
  scrcons: windows('wbem\\scrcons.exe', 'WMI Standard Event Consumer - scripting', 'scrcons.exe'),
  wmic: windows('wbem\\WMIC.exe', 'WMI Commandline Utility', 'wmic.exe'),
  mofcomp: windows('wbem\\mofcomp.exe', 'The Managed Object Format (MOF) Compiler'),
  wsmprovhost: windows('wsmprovhost.exe', 'Host process for WinRM plug-ins'),
  winrshost: windows('winrshost.exe', 'Host Process for WinRM Remote Shell plugin'),
  cmd: windows('cmd.exe', 'Windows Command Processor', 'Cmd.Exe'),
  powershell: windows('WindowsPowerShell\\v1.0\\powershell.exe', 'Windows PowerShell', 'PowerShell.EXE'),
  wscript: windows('wscript.exe', 'Microsoft ® Windows Based Script Host'),
  cscript: windows('cscript.exe', 'Microsoft ® Console Based Script Host'),
  mshta: windows('mshta.exe', 'Microsoft (R) HTML Application host', 'MSHTA.EXE'),
  rundll32: windows('rundll32.exe', 'Windows host process (Rundll32)', 'RUNDLL32.EXE'),
  regsvr32: windows('regsvr32.exe', 'Microsoft(C) Register Server', 'REGSVR32.EXE'),
  reg: windows('reg.exe', 'Registry Console Tool'),
  net: windows('net.exe', 'Net Command'),
  net1: windows('net1.exe', 'Net Command'),
  nltest: windows('nltest.exe', 'Microsoft® Logon Server Test Utility', 'nltestrk.exe'),
  whoami: windows('whoami.exe', 'whoami - displays logged on user information'),
  systeminfo: windows('systeminfo.exe', 'Displays system information', 'sysinfo.exe'),
  ipconfig: windows('ipconfig.exe', 'IP Configuration Utility'),
  tasklist: windows('tasklist.exe', 'Lists the current running tasks'),
  quser: windows('quser.exe', 'Query User Utility'),
  ping: windows('PING.EXE', 'TCP/IP Ping Command', 'ping.exe'),
  gpupdate: windows('gpupdate.exe', 'Microsoft® Group Policy Update Utility', 'GPUpdate.exe'),
  schtasks: windows('schtasks.exe', 'Task Scheduler Configuration Tool'),
  sc: windows('sc.exe', 'Service Control Manager Configuration Tool'),
  wevtutil: windows('wevtutil.exe', 'Eventing Command Line Utility'),
  certutil: windows('certutil.exe', 'CertUtil.exe', 'CertUtil.exe'),
  bitsadmin: windows('bitsadmin.exe', 'BITS administration utility'),
  notepad: windows('notepad.exe', 'Notepad', 'NOTEPAD.EXE'),
  splwow64: windows('C:\\Windows\\splwow64.exe', 'Print driver host for applications'),
  mousocore: windows('MoUsoCoreWorker.exe', 'MoUSO Core Worker Process'),
  tiworker: windows(
    'C:\\Windows\\WinSxS\\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_10.0.19041.3745_none_7ded3f327ca60a41\\TiWorker.exe',
    'Windows Modules Installer Worker',
  ),
  trustedInstaller: windows('C:\\Windows\\servicing\\TrustedInstaller.exe', 'Windows Modules Installer'),
  msmpeng: vendor(
    `${DEFENDER}\\MsMpEng.exe`,
    'Antimalware Service Executable',
    'Microsoft Corporation',
    '4.18.25010.11',
  ),
  mpcmdrun: vendor(
    `${DEFENDER}\\MpCmdRun.exe`,
    'Microsoft Malware Protection Command Line Utility',
    'Microsoft Corporation',
    '4.18.25010.11',
  ),
  winword: office('WINWORD.EXE', 'Microsoft Word', 'WinWord.exe'),
  excel: office('EXCEL.EXE', 'Microsoft Excel', 'Excel.exe'),
  powerpnt: office('POWERPNT.EXE', 'Microsoft PowerPoint', 'POWERPNT.EXE'),
  outlook: office('OUTLOOK.EXE', 'Microsoft Outlook', 'Outlook.exe'),
  clickToRun: vendor(
    `${USER_APPS}\\Common Files\\Microsoft Shared\\ClickToRun\\OfficeC2RClient.exe`,
    'Microsoft Office Click-to-Run Client',
    'Microsoft Corporation',
    '16.0.17328.20162',
  ),
  teams: vendor(
    `${USER_APPS}\\WindowsApps\\MSTeams_25016.1904.3401.2162_x64__8wekyb3d8bbwe\\ms-teams.exe`,
    'Microsoft Teams',
    'Microsoft Corporation',
    '25016.1904.3401.2162',
  ),
  webview: vendor(
    'C:\\Program Files (x86)\\Microsoft\\EdgeWebView\\Application\\133.0.3065.82\\msedgewebview2.exe',
    'Microsoft Edge WebView2',
    'Microsoft Corporation',
    '133.0.3065.82',
  ),
  chrome: vendor(
    `${USER_APPS}\\Google\\Chrome\\Application\\chrome.exe`,
    'Google Chrome',
    'Google LLC',
    '133.0.6943.142',
  ),
  edge: vendor(
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    'Microsoft Edge',
    'Microsoft Corporation',
    '133.0.3065.82',
  ),
  googleUpdate: vendor(
    'C:\\Program Files (x86)\\Google\\GoogleUpdater\\134.0.6985.0\\updater.exe',
    'Google Updater',
    'Google LLC',
    '134.0.6985.0',
  ),
  edgeUpdate: vendor(
    'C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe',
    'Microsoft Edge Update',
    'Microsoft Corporation',
    '1.3.195.45',
  ),
  onedrive: vendor(
    `${USER_APPS}\\Microsoft OneDrive\\OneDrive.exe`,
    'Microsoft OneDrive',
    'Microsoft Corporation',
    '25.020.0202.0001',
  ),
  agent: vendor(
    `${USER_APPS}\\Tidewatch\\Agent\\twagent.exe`,
    'Tidewatch Endpoint Management Agent',
    'Tidewatch Systems AB',
    '7.4.118.0',
  ),
  backup: vendor(
    `${USER_APPS}\\Keelstone Backup\\ksbackup.exe`,
    'Keelstone Backup Service',
    'Keelstone GmbH',
    '11.2.0.640',
  ),
  sqlservr: vendor(
    `${USER_APPS}\\Microsoft SQL Server\\MSSQL15.MSSQLSERVER\\MSSQL\\Binn\\sqlservr.exe`,
    'SQL Server Windows NT - 64 Bit',
    'Microsoft Corporation',
    '2019.0150.4410.01',
  ),
  w3wp: windows('inetsrv\\w3wp.exe', 'IIS Worker Process'),
  psexec: vendor(
    'C:\\Tools\\Sysinternals\\PsExec64.exe',
    'Execute processes remotely',
    'Sysinternals - www.sysinternals.com',
    '2.43',
  ),
  psexesvc: vendor(
    'C:\\Windows\\PSEXESVC.exe',
    'PsExec Service',
    'Sysinternals - www.sysinternals.com',
    '2.43',
  ),
  mmc: windows('mmc.exe', 'Microsoft Management Console'),
  mstsc: windows('mstsc.exe', 'Remote Desktop Connection'),
} as const;

/** Libraries that image-load events name. */
export const libraries = {
  dbghelp: windows('dbghelp.dll', 'Windows Image Helper', 'DBGHELP.DLL'),
  dbgcore: windows('dbgcore.dll', 'Windows Core Debugging Helpers', 'DBGCORE.DLL'),
  comsvcs: windows('comsvcs.dll', 'COM+ Services', 'COMSVCS.DLL'),
  amsi: windows('amsi.dll', 'Anti-Malware Scan Interface'),
  wmiutils: windows('wbem\\wmiutils.dll', 'WMI'),
  taskschd: windows('taskschd.dll', 'Task Scheduler COM API'),
  vbe7: makeImage(
    'C:\\Program Files\\Microsoft Office\\root\\VFS\\ProgramFilesCommonX64\\Microsoft Shared\\VBA\\VBA7.1\\VBE7.DLL',
    {
      version: '7.01.1134',
      description: 'Visual Basic Design Time Environment',
      product: 'Visual Basic Environment',
      company: 'Microsoft Corporation',
      originalName: 'VBE7.DLL',
      signer: 'Microsoft Corporation',
    },
  ),
  automation: windows(
    'C:\\Windows\\assembly\\NativeImages_v4.0.30319_64\\System.Manageaa57fc8cc#\\5d3e4b1f9c\\System.Management.Automation.ni.dll',
    'System.Management.Automation',
    'System.Management.Automation.dll',
  ),
  combase: windows('combase.dll', 'Microsoft COM for Windows'),
  winhttp: windows('winhttp.dll', 'Windows HTTP Services'),
  urlmon: windows('urlmon.dll', 'OLE32 Extensions for Win32'),
} as const;
