/** Values and options that several commands take. */
import { type Command, InvalidArgumentError } from 'commander';

export const list = (value: string, before: string[] = []): string[] => {
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  if (items.length === 0) throw new InvalidArgumentError('It is empty.');
  return [...before, ...items];
};
export const paths = (value: string, before: string[] = []): string[] => [...before, value];

/** A whole number from 1 to `most`. */
export function whole(most = Number.MAX_SAFE_INTEGER): (value: string) => number {
  return (value) => {
    const number = /^\d{1,16}$/.test(value) ? Number(value) : 0;
    if (number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(
      most === Number.MAX_SAFE_INTEGER
        ? 'It must be a whole number from 1.'
        : `It must be a whole number from 1 to ${most}.`,
    );
  };
}

export function decimal(value: string): number {
  if (/^-?\d{1,15}(?:\.\d{1,15})?$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be a number.');
}

/** A port to listen on; 0 is any that is free. */
export function port(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

export function outputOptions(command: Command): Command {
  return command
    .option('-o, --output <file>', 'write to a file, whole or not at all')
    .option('--force', 'replace the output file if it exists');
}
