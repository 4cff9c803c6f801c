/** What activities and attack scenes share: the hosts, the people, the random numbers and the event queue. */
import { COMPANY, type Account, type Company } from './company.ts';
import type { Host } from './host.ts';
import type { EventQueue } from './queue.ts';
import type { Random } from './random.ts';

/** A chain of processes that a scene made, by their GUIDs, the highest first. */
export interface PlantedChain {
  readonly name: string;
  readonly scene: string;
  readonly host: string;
  readonly processes: readonly string[];
}

export class World {
  readonly chains: PlantedChain[] = [];
  readonly random: Random;
  readonly company: Company;
  readonly hosts: readonly Host[];
  readonly queue: EventQueue;
  readonly controller: Host;
  readonly servers: readonly Host[];
  readonly workstations: readonly Host[];

  constructor(random: Random, company: Company, hosts: readonly Host[], queue: EventQueue) {
    this.random = random;
    this.company = company;
    this.hosts = hosts;
    this.queue = queue;
    this.controller = hosts[0]!;
    this.servers = hosts.filter((host) => host.role !== 'workstation' && host.role !== 'dc');
    this.workstations = hosts.filter((host) => host.role === 'workstation');
  }

  server(role: Host['role']): Host {
    return this.servers.find((host) => host.role === role) ?? this.servers[0]!;
  }

  admin(): Account {
    return this.random.pick(this.company.admins);
  }

  /** The account of a computer, as its services appear on the network. */
  machineAccount(host: Host): Account {
    return {
      name: `${host.name}$`,
      domain: COMPANY.netbios,
      sid: `${this.company.domainSid}-${1000 + this.hosts.indexOf(host)}`,
      display: host.name,
      kind: 'machine',
    };
  }
}
