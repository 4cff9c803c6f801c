/** The made-up company: its domain, people, computers and addresses. Built once from the seed. */
import type { Random } from './random.ts';

export const COMPANY = {
  name: 'Brackwater Logistics',
  netbios: 'BRACKWATER',
  dns: 'brackwater.example',
  realm: 'BRACKWATER.EXAMPLE',
} as const;

export type Role = 'dc' | 'file' | 'sql' | 'web' | 'management' | 'workstation';

export interface Account {
  /** As in `DOMAIN\name`. */
  readonly name: string;
  readonly domain: string;
  readonly sid: string;
  readonly display: string;
  readonly kind: 'person' | 'admin' | 'service' | 'machine' | 'builtin';
}

export interface HostPlan {
  readonly name: string;
  readonly role: Role;
  readonly ip: string;
  /** Process creation is also written to the Security log. */
  readonly audit: boolean;
  /** Person who works here, for workstations. */
  readonly owner: Account | null;
}

export interface Company {
  readonly domainSid: string;
  readonly people: readonly Account[];
  readonly admins: readonly Account[];
  readonly services: Readonly<Record<'backup' | 'sql' | 'web', Account>>;
  readonly hosts: readonly HostPlan[];
}

const FIRST = [
  'Amara', 'Bjorn', 'Carla', 'Dmitri', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas', 'Keiko', 'Liam',
  'Mirela', 'Nadia', 'Oskar', 'Priya', 'Quentin', 'Rosa', 'Stefan', 'Tomasz', 'Uma', 'Viktor', 'Wanda',
  'Yusuf', 'Zofia',
]; // prettier-ignore
const LAST = [
  'Abara', 'Bergstrom', 'Castellan', 'Dobrev', 'Ekman', 'Fontaine', 'Grabowski', 'Hallik', 'Ibsen',
  'Jansson', 'Kowal', 'Lindqvist', 'Moreau', 'Novak', 'Okafor', 'Petrov', 'Quist', 'Rahman', 'Santos',
  'Thorsen', 'Ueda', 'Vargas', 'Weiss', 'Ylonen', 'Zhang',
]; // prettier-ignore

const SERVER_ROLES: readonly Role[] = ['file', 'management', 'sql', 'web'];
const SERVER_NAMES: Record<Role, string> = {
  dc: 'BW-DC',
  file: 'BW-FS',
  sql: 'BW-SQL',
  web: 'BW-WEB',
  management: 'BW-MGT',
  workstation: 'BW-WS',
};

export const builtin = {
  system: builtinAccount('SYSTEM', 'S-1-5-18'),
  localService: builtinAccount('LOCAL SERVICE', 'S-1-5-19'),
  networkService: builtinAccount('NETWORK SERVICE', 'S-1-5-20'),
} as const;

/** Lays the company out: one domain controller, a fifth of the rest servers, then workstations. */
export function buildCompany(random: Random, hostCount: number, userCount: number): Company {
  const domainSid = `S-1-5-21-${random.u32()}-${random.u32()}-${random.u32()}`;
  let rid = 1103;
  const account = (name: string, display: string, kind: Account['kind']): Account => ({
    name,
    domain: COMPANY.netbios,
    sid: `${domainSid}-${rid++}`,
    display,
    kind,
  });

  const taken = new Set<string>();
  const people: Account[] = [];
  while (people.length < userCount) {
    const first = random.pick(FIRST);
    const last = random.pick(LAST);
    const base = `${first[0]!.toLowerCase()}.${last.toLowerCase()}`;
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}${n}`;
    taken.add(name);
    people.push(account(name, `${first} ${last}`, 'person'));
  }
  const admins = people
    .slice(0, Math.max(1, Math.ceil(userCount / 25)))
    .map((person) => account(`adm.${person.name.slice(2)}`, `${person.display} (admin)`, 'admin'));
  const services = {
    backup: account('svc_backup', 'Backup service', 'service'),
    sql: account('svc_sql', 'SQL Server service', 'service'),
    web: account('svc_web', 'Web application pool', 'service'),
  };

  const servers = Math.max(1, Math.round((hostCount - 1) / 5));
  const hosts: HostPlan[] = [];
  const numbers = new Map<Role, number>();
  for (let i = 0; i < hostCount; i++) {
    const role: Role = i === 0 ? 'dc' : i <= servers ? SERVER_ROLES[(i - 1) % 4]! : 'workstation';
    const number = (numbers.get(role) ?? 0) + 1;
    numbers.set(role, number);
    const workstation = role === 'workstation';
    const digits = workstation ? (hostCount > 999 ? 5 : 3) : 2;
    hosts.push({
      name: `${SERVER_NAMES[role]}${String(number).padStart(digits, '0')}`,
      role,
      ip: workstation ? `10.20.${4 + Math.floor(number / 200)}.${20 + (number % 200)}` : `10.20.1.${10 + i}`,
      audit: !workstation || number % 2 === 1,
      owner: workstation ? people[(number - 1) % people.length]! : null,
    });
  }
  return { domainSid, people, admins, services, hosts };
}

function builtinAccount(name: string, sid: string): Account {
  return { name, domain: 'NT AUTHORITY', sid, display: name, kind: 'builtin' };
}
