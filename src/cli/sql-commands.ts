/** `huntbook sql` and `huntbook import`: declares them. */
import type { Command } from 'commander';

export function addSqlCommands(_program: Command): void {}
