/**
 * A running computer of the estate: its processes, logons and record counters. Process and logon GUIDs have
 * Sysmon's form: machine id, start time in seconds, then a running number (process) or the logon id.
 */
import { COMPANY, builtin, type Account, type HostPlan, type Role } from './company.ts';
import { HOUR, SECOND } from './clock.ts';
import { images, type Image } from './images.ts';
import type { Random } from './random.ts';

export type Integrity = 'Low' | 'Medium' | 'High' | 'System';

export interface Logon {
  readonly account: Account;
  readonly id: number;
  readonly guid: string;
  /** Logon type of event 4624: 2 console, 3 network, 5 service, 10 remote desktop. */
  readonly type: number;
  readonly session: number;
}

export interface Process {
  readonly host: Host;
  readonly pid: number;
  readonly guid: string;
  readonly image: Image;
  readonly commandLine: string;
  readonly directory: string;
  readonly logon: Logon;
  readonly integrity: Integrity;
  readonly parent: Process | null;
}

export interface ProcessOptions {
  readonly parent: Process | null;
  readonly logon: Logon;
  readonly integrity: Integrity;
  readonly directory: string;
}

/** Processes that run since the computer started. */
export type BaseProcess =
  | 'kernel'
  | 'csrss'
  | 'services'
  | 'lsass'
  | 'winlogon'
  | 'svchostDcom'
  | 'svchostNet'
  | 'svchostSchedule'
  | 'svchostWmi'
  | 'svchostDns'
  | 'svchostUpdate'
  | 'spooler'
  | 'defender'
  | 'wmiprvse'
  | 'agent'
  | 'searchIndexer';

/** PIDs are multiples of four below this many slots, so that they are reused within a day as on a real host. */
const PID_SLOTS = 6000;
const SYSTEM32 = 'C:\\Windows\\system32\\';

export class Host {
  readonly name: string;
  readonly fqdn: string;
  readonly role: Role;
  readonly ip: string;
  readonly audit: boolean;
  readonly owner: Account | null;
  readonly machineId: string;
  readonly sysmonPid: number;
  readonly system: Logon;
  readonly localService: Logon;
  readonly networkService: Logon;
  /** Processes that run since the computer started, by name. */
  readonly base: Readonly<Record<BaseProcess, Process>>;
  /** Console session of the owner, once logged on. */
  desktop: { readonly logon: Logon; readonly explorer: Process } | null = null;
  /** Long-running applications of the desktop or of the server, by catalogue name. */
  readonly apps = new Map<string, Process>();

  readonly #random: Random;
  readonly #pids = new Uint8Array(PID_SLOTS);
  readonly #records = new Map<string, number>();
  readonly #bootCount: number;
  #sequence: number;
  #nextLogonId: number;

  constructor(plan: HostPlan, random: Random, start: number) {
    this.name = plan.name;
    this.fqdn = `${plan.name}.${COMPANY.dns}`;
    this.role = plan.role;
    this.ip = plan.ip;
    this.audit = plan.audit;
    this.owner = plan.owner;
    this.#random = random;
    this.machineId = random.hex(8);
    this.#bootCount = random.between(3, 60);
    this.#sequence = random.between(20, 60);
    this.#nextLogonId = random.between(0x20000, 0x90000);
    this.#pids[0] = 1;
    this.#pids[1] = 1;

    const boot = start - random.between(2, 60 * 24) * HOUR - random.int(HOUR);
    const builtinLogon = (account: Account, id: number): Logon => ({
      account,
      id,
      guid: this.#logonGuid(id, boot),
      type: 5,
      session: 0,
    });
    this.system = builtinLogon(builtin.system, 0x3e7);
    this.localService = builtinLogon(builtin.localService, 0x3e5);
    this.networkService = builtinLogon(builtin.networkService, 0x3e4);
    this.base = this.#boot(boot);
    this.sysmonPid = this.takePid();
  }

  /** Goes on counting when a log is cleared, as Windows does. */
  nextRecord(channel: string): number {
    const next = (this.#records.get(channel) ?? this.#random.between(2_000, 400_000)) + 1;
    this.#records.set(channel, next);
    return next;
  }

  takePid(): number {
    for (;;) {
      const slot = this.#random.between(100, PID_SLOTS - 1);
      if (this.#pids[slot] === 0) {
        this.#pids[slot] = 1;
        return slot * 4;
      }
    }
  }

  freePid(pid: number): void {
    this.#pids[pid >> 2] = 0;
  }

  newLogon(account: Account, type: number, time: number, session = 0): Logon {
    this.#nextLogonId += this.#random.between(0x40, 0x4000);
    const id = this.#nextLogonId;
    return { account, id, guid: this.#logonGuid(id, time), type, session };
  }

  newProcess(image: Image, commandLine: string, time: number, options: ProcessOptions): Process {
    return { host: this, pid: this.takePid(), guid: this.#processGuid(time), image, commandLine, ...options };
  }

  #processGuid(time: number): string {
    const sequence = littleEndian(this.#sequence++, 4);
    return `${this.#guidHead(time)}-${sequence.slice(0, 4)}-${sequence.slice(4)}0000${littleEndian(this.#bootCount, 2)}}`;
  }

  #logonGuid(id: number, time: number): string {
    const luid = littleEndian(id, 8);
    return `${this.#guidHead(time)}-${luid.slice(0, 4)}-${luid.slice(4)}}`;
  }

  #guidHead(time: number): string {
    const seconds = Math.floor(time / SECOND)
      .toString(16)
      .padStart(8, '0');
    return `{${this.machineId}-${seconds.slice(4)}-${seconds.slice(0, 4)}`;
  }

  #boot(time: number): Host['base'] {
    const run = (image: Image, parent: Process | null, commandLine: string, logon = this.system): Process =>
      this.newProcess(image, commandLine, time, { parent, logon, integrity: 'System', directory: SYSTEM32 });
    const kernel: Process = {
      ...run(images.system, null, ''),
      pid: 4,
      directory: '',
    };
    const smss = run(images.smss, kernel, '\\SystemRoot\\System32\\smss.exe');
    const wininit = run(images.wininit, smss, 'wininit.exe');
    const services = run(images.services, wininit, 'C:\\Windows\\system32\\services.exe');
    const service = (group: string, name: string, logon = this.system): Process =>
      run(
        images.svchost,
        services,
        `C:\\Windows\\system32\\svchost.exe -k ${group}${name ? ` -s ${name}` : ''}`,
        logon,
      );
    const svchostDcom = service('DcomLaunch -p', '');
    return {
      kernel,
      csrss: run(
        images.csrss,
        smss,
        '%SystemRoot%\\system32\\csrss.exe ObjectDirectory=\\Windows SharedSection=1024,20480,768 Windows=On',
      ),
      services,
      lsass: run(images.lsass, wininit, 'C:\\Windows\\system32\\lsass.exe'),
      winlogon: run(images.winlogon, smss, 'winlogon.exe'),
      svchostDcom,
      svchostNet: service('NetworkService -p', 'CryptSvc', this.networkService),
      svchostSchedule: service('netsvcs -p', 'Schedule'),
      svchostWmi: service('netsvcs -p', 'Winmgmt'),
      svchostDns: service('NetworkService -p', 'Dnscache', this.networkService),
      svchostUpdate: service('netsvcs -p', 'wuauserv'),
      spooler: run(images.spoolsv, services, 'C:\\Windows\\System32\\spoolsv.exe'),
      defender: run(images.msmpeng, services, `"${images.msmpeng.path}"`),
      wmiprvse: run(
        images.wmiprvse,
        svchostDcom,
        'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding',
        this.networkService,
      ),
      agent: run(images.agent, services, `"${images.agent.path}" --service`),
      searchIndexer: run(
        images.searchIndexer,
        services,
        'C:\\Windows\\system32\\SearchIndexer.exe /Embedding',
      ),
    };
  }
}

/** Name of a process's user as Sysmon shows it. */
export function userOf(account: Account): string {
  return `${account.domain}\\${account.name}`;
}

function littleEndian(value: number, bytes: number): string {
  const digits = value.toString(16).padStart(bytes * 2, '0');
  let text = '';
  for (let at = digits.length - 2; at >= 0; at -= 2) text += digits.slice(at, at + 2);
  return text;
}
