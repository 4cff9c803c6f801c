/** `huntbook source …` and `huntbook search`: declares them. */
import type { Command } from 'commander';

/** Returns the commands below `source`. */
export function addSourceCommands(_program: Command): readonly Command[] {
  return [];
}
