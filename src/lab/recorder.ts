/** Makes events of one host as time goes by: who logged them, when, and how accounts are named in them. */
import { MINUTE } from './clock.ts';
import { COMPANY } from './company.ts';
import type { EventSchema, LabValue, SceneMark } from './event.ts';
import type { Host, Logon } from './host.ts';
import type { World } from './world.ts';

const SYSTEM_SID = 'S-1-5-18';

export class Recorder {
  readonly world: World;
  readonly host: Host;
  /** Now, in microseconds since 1970. */
  time: number;
  mark: SceneMark | null = null;
  #logged = 0;

  constructor(world: World, host: Host, time: number) {
    this.world = world;
    this.host = host;
    this.time = time;
  }

  /** Lets between `low` and `high` seconds pass. */
  wait(low: number, high = low): this {
    this.time += Math.round((low + (high - low) * this.world.random.unit()) * 1e6);
    return this;
  }

  /** Lets the few milliseconds pass that lie between two actions of a program. */
  step(): void {
    this.time += 2_000 + this.world.random.int(40_000);
  }

  /** Does something at a later time, then comes back to now. */
  later(time: number, action: () => void): void {
    const now = this.time;
    const logged = this.#logged;
    this.time = Math.max(time, now);
    action();
    if (this.time > now) this.#logged = logged;
    this.time = now;
  }

  /** A Sysmon event as given, logged now by the Sysmon service. */
  sysmon(schema: EventSchema, values: LabValue[], freePid = 0): void {
    this.emit(schema, values, this.host.sysmonPid, SYSTEM_SID, freePid);
  }

  /** Any event, logged now by process `pid` as user `sid`. */
  emit(schema: EventSchema, values: LabValue[], pid: number, sid: string | null, freePid = 0): void {
    // Logged within a few milliseconds after it happened, and in the order in which things happened.
    this.#logged = Math.max(this.#logged + 40, this.time + 200 + this.world.random.int(2500));
    const event = {
      schema,
      computer: this.host.fqdn,
      time: this.#logged,
      recordId: 0,
      pid,
      tid: this.thread(),
      userSid: sid,
      values,
      mark: this.mark,
    };
    this.world.queue.push(event, this.host, freePid);
  }

  /** The four Subject fields of Security events. */
  subject(logon: Logon): LabValue[] {
    return [logon.account.sid, this.auditName(logon), this.auditDomain(logon), logon.id];
  }

  /** Security events name the system account by the computer. */
  auditName(logon: Logon): string {
    return logon.account.sid === SYSTEM_SID ? `${this.host.name}$` : logon.account.name;
  }

  auditDomain(logon: Logon): string {
    return logon.account.sid === SYSTEM_SID ? COMPANY.netbios : logon.account.domain;
  }

  /** A working time between `low` and `high` minutes, in microseconds. */
  minutes(low: number, high: number): number {
    return Math.round((low + (high - low) * this.world.random.unit()) * MINUTE);
  }

  thread(): number {
    return this.world.random.between(100, 4000) * 4;
  }
}
