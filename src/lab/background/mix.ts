/** How often each kind of host does what. Weights are relative; an activity makes 2 to 20 events. */
import type { Role } from '../company.ts';
import { Weighted } from '../random.ts';
import type { Stage } from '../stage.ts';
import { adminScript, inspect, remoteCommand, scheduleMaintenance } from './admin.ts';
import { browse, desktopOdds, mail, officeWork, syncFiles, teams, useShare } from './desktop.ts';
import {
  authenticate,
  backupRun,
  database,
  fileService,
  maintenanceJob,
  website,
  wrongPassword,
} from './server.ts';
import {
  agentScript,
  defender,
  housekeeping,
  lsassReads,
  pipes,
  registryNoise,
  serviceHost,
  serviceLogon,
  servicing,
  softwareUpdate,
  systemNetwork,
  threadNoise,
} from './system.ts';

export type Activity = (stage: Stage) => void;
type Entry = readonly [number, Activity];

const system: readonly Entry[] = [
  [10, serviceHost],
  [12, housekeeping],
  [10, lsassReads],
  [3, defender],
  [14, systemNetwork],
  [12, registryNoise],
  [6, pipes],
  [4, agentScript],
  [2, softwareUpdate],
  [0.7, servicing],
  [5, serviceLogon],
  [0.3, threadNoise],
];
const administration: readonly Entry[] = [
  [0.3, remoteCommand],
  [1.5, inspect],
  [0.6, adminScript],
  [0.1, scheduleMaintenance],
];
const desk: readonly Entry[] = [
  [26, browse],
  [9, officeWork],
  [12, mail],
  [10, teams],
  [7, syncFiles],
  [12, desktopOdds],
  [7, useShare],
  [0.1, inspect],
];
const server: readonly Entry[] = [...system, ...administration, [1.5, backupRun], [1, maintenanceJob]];

export const mixes: Readonly<Record<Role, Weighted<Activity>>> = {
  workstation: new Weighted<Activity>([...system, ...desk]),
  dc: new Weighted<Activity>([...server, [60, authenticate], [0.6, wrongPassword]]),
  file: new Weighted<Activity>([...server, [40, fileService], [0.2, wrongPassword]]),
  sql: new Weighted<Activity>([...server, [40, database]]),
  web: new Weighted<Activity>([...server, [35, website]]),
  management: new Weighted<Activity>([...server, [2, remoteCommand], [4, inspect], [1, adminScript]]),
};
