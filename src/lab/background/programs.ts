/** What activities have in common: programs that stay open, and names on the network. */
import { userOf, type Process } from '../host.ts';
import { images } from '../images.ts';
import type { Stage } from '../stage.ts';

export function visit(stage: Stage, process: Process, site: string): void {
  const ip = addressOf(site);
  stage.dns(process, site, ip);
  stage.connect(process, { ip, name: site, port: 443 });
}

/** The same made-up address for the same name. */
export function addressOf(name: string): string {
  let h = 7;
  for (let i = 0; i < name.length; i++) h = (Math.imul(h, 31) + name.charCodeAt(i)) >>> 0;
  return `13.${64 + (h % 60)}.${(h >>> 8) % 250}.${1 + ((h >>> 16) % 250)}`;
}

/** A user's program that is started once and then stays. `fresh` when it was started just now. */
export function app(
  stage: Stage,
  name: 'chrome' | 'edge' | 'outlook' | 'teams' | 'onedrive',
  explorer: Process,
  args: string,
): { process: Process; fresh: boolean } {
  const key = `${name} ${userOf(explorer.logon.account)}`;
  const running = stage.host.apps.get(key);
  if (running !== undefined) return { process: running, fresh: false };
  const process = stage.start(images[name], `"${images[name].path}"${args}`, { parent: explorer });
  stage.host.apps.set(key, process);
  return { process, fresh: true };
}
