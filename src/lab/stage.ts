/**
 * One host at one moment: each method makes the events that Windows and Sysmon log for an action, and time moves
 * on a little. Activities and attack scenes are written as calls on a stage; a marked stage labels its events.
 */
import { sysmonTime } from './clock.ts';
import type { EventSchema, LabValue } from './event.ts';
import { userOf, type Host, type Integrity, type Logon, type Process } from './host.ts';
import { hashesOf, images, type Image } from './images.ts';
import { Recorder } from './recorder.ts';
import { schemas } from './schemas.ts';

const MANDATORY: Record<Integrity, string> = {
  Low: 'S-1-16-4096',
  Medium: 'S-1-16-8192',
  High: 'S-1-16-12288',
  System: 'S-1-16-16384',
};
const NULL_SID = 'S-1-0-0';

export interface StartOptions {
  readonly parent: Process;
  /** Default: the parent's. */
  readonly logon?: Logon;
  readonly integrity?: Integrity;
  readonly directory?: string;
  /** How long it runs, in microseconds; without it, it outlives the log. */
  readonly lives?: number;
}

export interface Peer {
  readonly ip: string;
  readonly name: string;
  readonly port: number;
}

export class Stage extends Recorder {
  /** Another host at the same time and in the same scene. */
  on(host: Host): Stage {
    const other = new Stage(this.world, host, this.time);
    other.mark = this.mark;
    return other;
  }

  start(image: Image, commandLine: string, options: StartOptions): Process {
    const { host, world } = this;
    this.step();
    const { parent } = options;
    const logon = options.logon ?? parent.logon;
    const process = host.newProcess(image, commandLine, this.time, {
      parent,
      logon,
      integrity: options.integrity ?? parent.integrity,
      directory: options.directory ?? (parent.directory || 'C:\\Windows\\system32\\'),
    });
    const user = userOf(logon.account);
    this.sysmon(schemas.processCreate, [
      '-', sysmonTime(this.time), process.guid, process.pid, image.path, image.version, image.description,
      image.product, image.company, image.originalName, commandLine, process.directory, user, logon.guid, logon.id,
      logon.session, process.integrity, image.hashes, parent.guid, parent.pid, parent.image.path,
      parent.commandLine, userOf(parent.logon.account),
    ]); // prettier-ignore
    if (host.audit) {
      const subject = parent.logon;
      const other = logon === subject;
      this.emit(
        schemas.processCreateAudit,
        [
          ...this.subject(subject), process.pid, image.path, process.integrity === 'Medium' ? '%%1938' : '%%1936', parent.pid,
          commandLine, other ? NULL_SID : logon.account.sid, other ? '-' : this.auditName(logon),
          other ? '-' : this.auditDomain(logon), other ? 0 : logon.id, parent.image.path, MANDATORY[process.integrity],
        ],
        4,
        null,
      ); // prettier-ignore
    }
    if (options.lives !== undefined) this.exit(process, this.time + options.lives);
    else if (world.random.chance(0.2)) this.step();
    return process;
  }

  /** A console program brings its console window host with it. */
  startConsole(image: Image, commandLine: string, options: StartOptions): Process {
    const process = this.start(image, commandLine, options);
    this.start(images.conhost, '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1', {
      parent: process,
      directory: 'C:\\Windows',
      ...(options.lives === undefined ? {} : { lives: options.lives }),
    });
    return process;
  }

  /** Ends a process now, or at a later time; its PID may then be given to another. */
  exit(process: Process, time = this.time): void {
    const { logon } = process;
    const { audit } = this.host;
    this.later(time, () => {
      this.sysmon(
        schemas.processTerminate,
        ['-', sysmonTime(this.time), process.guid, process.pid, process.image.path, userOf(logon.account)],
        audit ? 0 : process.pid,
      );
      if (!audit) return;
      const values = [...this.subject(logon), 0, process.pid, process.image.path];
      this.emit(schemas.processExitAudit, values, 4, null, process.pid);
    });
  }

  dns(process: Process, name: string, address: string | null): void {
    this.step();
    const results = address === null ? '-' : address.includes(':') ? address : `::ffff:${address};`;
    this.#aboutProcess(schemas.dnsQuery, process, [
      name, address === null ? '9003' : '0', results, process.image.path, userOf(process.logon.account),
    ]); // prettier-ignore
  }

  /** An outgoing connection; returns the local port. */
  connect(process: Process, peer: Peer, protocol: 'tcp' | 'udp' = 'tcp'): number {
    this.step();
    const port = this.world.random.between(49_152, 65_500);
    this.#connection(
      process,
      true,
      protocol,
      this.host.ip,
      this.host.fqdn,
      port,
      peer.ip,
      peer.name,
      peer.port,
    );
    return port;
  }

  /** The same connection as the other host sees it. */
  accept(process: Process, port: number, from: Host, fromPort: number): void {
    this.step();
    this.#connection(process, false, 'tcp', from.ip, from.fqdn, fromPort, this.host.ip, this.host.fqdn, port);
  }

  fileCreate(process: Process, path: string): void {
    this.step();
    const now = sysmonTime(this.time);
    this.#aboutProcess(schemas.fileCreate, process, [
      process.image.path,
      path,
      now,
      userOf(process.logon.account),
    ]);
  }

  fileTime(process: Process, path: string, created: string, before: string): void {
    this.step();
    this.#aboutProcess(schemas.fileTimeChanged, process, [
      process.image.path, path, created, before, userOf(process.logon.account),
    ]); // prettier-ignore
  }

  fileDelete(process: Process, path: string, executable = false): void {
    this.step();
    this.#aboutProcess(schemas.fileDelete, process, [
      userOf(process.logon.account), process.image.path, path, hashesOf(path, executable), executable, 'false',
    ]); // prettier-ignore
  }

  /** The mark of the web on a downloaded file. */
  zone(process: Process, path: string, url: string): void {
    this.step();
    this.#aboutProcess(schemas.streamHash, process, [
      process.image.path, `${path}:Zone.Identifier`, sysmonTime(this.time), hashesOf(url, false),
      `[ZoneTransfer]  ZoneId=3  HostUrl=${url}`, userOf(process.logon.account),
    ]); // prettier-ignore
  }

  registryKey(process: Process, type: 'CreateKey' | 'DeleteKey' | 'DeleteValue', key: string): void {
    this.step();
    this.sysmon(schemas.registryKey, [
      '-', type, sysmonTime(this.time), process.guid, process.pid, process.image.path, key,
      userOf(process.logon.account),
    ]); // prettier-ignore
  }

  registrySet(process: Process, key: string, details: string): void {
    this.step();
    this.sysmon(schemas.registryValue, [
      '-', 'SetValue', sysmonTime(this.time), process.guid, process.pid, process.image.path, key, details,
      userOf(process.logon.account),
    ]); // prettier-ignore
  }

  load(process: Process, library: Image): void {
    this.step();
    this.#aboutProcess(schemas.imageLoad, process, [
      process.image.path, library.path, library.version, library.description, library.product, library.company,
      library.originalName, library.hashes, library.signer === null ? 'false' : 'true', library.signer ?? '-',
      library.signer === null ? 'Unavailable' : 'Valid', userOf(process.logon.account),
    ]); // prettier-ignore
  }

  driver(path: string, signer: string): void {
    this.step();
    this.sysmon(schemas.driverLoad, [
      '-',
      sysmonTime(this.time),
      path,
      hashesOf(path),
      'true',
      signer,
      'Valid',
    ]);
  }

  access(source: Process, target: Process, mask: number, trace: string): void {
    this.step();
    this.sysmon(schemas.processAccess, [
      '-', sysmonTime(this.time), source.guid, source.pid, this.thread(), source.image.path, target.guid,
      target.pid, target.image.path, mask, trace, userOf(source.logon.account), userOf(target.logon.account),
    ]); // prettier-ignore
  }

  remoteThread(source: Process, target: Process, module: string, fn: string): void {
    this.step();
    const address = `0x00007FF${this.world.random.hex(9).toUpperCase()}`;
    this.sysmon(schemas.remoteThread, [
      '-', sysmonTime(this.time), source.guid, source.pid, source.image.path, target.guid, target.pid,
      target.image.path, this.thread(), address, module, fn, userOf(source.logon.account),
      userOf(target.logon.account),
    ]); // prettier-ignore
  }

  pipe(process: Process, action: 'CreatePipe' | 'ConnectPipe', name: string): void {
    this.step();
    this.sysmon(action === 'CreatePipe' ? schemas.pipeCreated : schemas.pipeConnected, [
      '-', action, sysmonTime(this.time), process.guid, process.pid, name, process.image.path,
      userOf(process.logon.account),
    ]); // prettier-ignore
  }

  tamper(process: Process, type: string): void {
    this.step();
    this.#aboutProcess(schemas.processTampering, process, [
      process.image.path,
      type,
      userOf(process.logon.account),
    ]);
  }

  #connection(
    process: Process,
    initiated: boolean,
    protocol: 'tcp' | 'udp',
    sourceIp: string,
    sourceName: string,
    sourcePort: number,
    ip: string,
    name: string,
    port: number,
  ): void {
    this.#aboutProcess(schemas.networkConnect, process, [
      process.image.path, userOf(process.logon.account), protocol, initiated, false, sourceIp, sourceName,
      sourcePort, '-', false, ip, name, port, PORT_NAMES[port] ?? '-',
    ]); // prettier-ignore
    if (!this.host.audit) return;
    const application = `\\device\\harddiskvolume3${process.image.path.slice(2).toLowerCase()}`;
    this.emit(
      schemas.connectionAllowed,
      [
        process.pid, process.pid === 4 ? 'System' : application, initiated ? '%%14593' : '%%14592', sourceIp,
        String(sourcePort), ip, String(port), protocol === 'tcp' ? 6 : 17, 65_000 + (process.pid % 900),
        initiated ? '%%14611' : '%%14610', initiated ? 48 : 44, NULL_SID, NULL_SID,
      ],
      4,
      null,
    ); // prettier-ignore
  }

  #aboutProcess(schema: EventSchema, process: Process, rest: LabValue[]): void {
    this.sysmon(schema, ['-', sysmonTime(this.time), process.guid, process.pid, ...rest]);
  }
}

const PORT_NAMES: Record<number, string> = {
  53: 'domain',
  80: 'http',
  88: 'kerberos',
  135: 'epmap',
  389: 'ldap',
  443: 'https',
  445: 'microsoft-ds',
  3389: 'ms-wbt-server',
};
