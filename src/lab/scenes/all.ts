/** Every attack scene, in the order in which they are played over the day. */
import { HuntbookError } from '../../errors.ts';
import { databaseShell, scriptDropper, serviceProxy, webShell, wmiCommands } from './chains.ts';
import { comsvcsDump, hiveSave, kerberoast, passwordSpray, taskManagerDump } from './credentials.ts';
import { macroChain, scriptedWord, wmiSubscription } from './execution.ts';
import { logClearing, masquerade, timestomp } from './evasion.ts';
import { remoteTask, serviceExecution, winRm } from './lateral.ts';
import { encodedTask, localAdministrator, newService, runKey } from './persistence.ts';
import { bitsDownload, certutilDownload, discovery } from './tools.ts';
import type { Scene } from './types.ts';

export type { Scene } from './types.ts';

export const allScenes: readonly Scene[] = [
  macroChain,
  discovery,
  runKey,
  certutilDownload,
  scriptedWord,
  kerberoast,
  wmiSubscription,
  masquerade,
  passwordSpray,
  localAdministrator,
  comsvcsDump,
  bitsDownload,
  hiveSave,
  winRm,
  newService,
  serviceExecution,
  taskManagerDump,
  encodedTask,
  remoteTask,
  timestomp,
  webShell,
  databaseShell,
  serviceProxy,
  wmiCommands,
  scriptDropper,
  logClearing,
];

/** The scenes asked for by name. */
export function selectScenes(attacks: 'all' | 'none' | readonly string[]): readonly Scene[] {
  if (attacks === 'all') return allScenes;
  if (attacks === 'none') return [];
  for (const id of attacks) {
    if (!allScenes.some((scene) => scene.id === id)) {
      const known = allScenes.map((scene) => scene.id).join(', ');
      throw new HuntbookError('HB_USAGE', `There is no attack scene "${id}". Known scenes: ${known}.`);
    }
  }
  return allScenes.filter((scene) => attacks.includes(scene.id));
}
