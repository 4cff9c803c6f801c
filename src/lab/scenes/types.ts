/** What an attack scene is, and what scenes have in common. */
import type { Host, Process } from '../host.ts';
import { desktopOf, type Desktop } from '../background/desktop.ts';
import type { Stage } from '../stage.ts';
import type { World } from '../world.ts';

export interface Scene {
  /** Stable name, as options and the truth file use it. */
  readonly id: string;
  readonly title: string;
  /** ATT&CK technique. */
  readonly technique: string;
  readonly tactic: string;
  /** The host it is played on. */
  readonly host: (world: World) => Host;
  /** Plays the scene; every event made on the stage is labelled. Returns the account it runs under. */
  readonly play: (stage: Stage) => string;
}

/** Names the part of the scene that follows. */
export function part(stage: Stage, name: string): void {
  stage.mark = { scene: stage.mark?.scene ?? '', stage: name };
}

/** Notes processes of the scene that make a chain, the highest first; `name` is that of the truth file. */
export function chain(stage: Stage, name: string, processes: readonly Process[]): void {
  const scene = stage.mark?.scene ?? '';
  const guids = processes.map(({ guid }) => guid);
  stage.world.chains.push({ name, scene, host: stage.host.fqdn, processes: guids });
}

/** Runs something that belongs to ordinary life, not to the scene. */
export function unmarked<T>(stage: Stage, action: () => T): T {
  const { mark } = stage;
  stage.mark = null;
  const result = action();
  stage.mark = mark;
  return result;
}

/** The victim's session, there before the attack. */
export function victim(stage: Stage): Desktop & { readonly user: string } {
  const desktop = unmarked(stage, () => desktopOf(stage));
  const { account } = desktop.explorer.logon;
  stage.wait(20, 60);
  return { ...desktop, user: `${account.domain}\\${account.name}` };
}

/** A workstation that writes process creations to the Security log too. */
export function auditedWorkstation(world: World): Host {
  const audited = world.workstations.filter((host) => host.audit);
  return world.random.pick(audited.length > 0 ? audited : world.workstations);
}

export function anyWorkstation(world: World): Host {
  return world.random.pick(world.workstations);
}

export function anyServer(world: World): Host {
  return world.random.pick(world.servers);
}

/** Elevated command prompt in the victim's session. */
export function elevated(desktop: Desktop): { parent: Process; integrity: 'High' } {
  return { parent: desktop.explorer, integrity: 'High' };
}
