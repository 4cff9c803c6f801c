import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Workplace } from './support.ts';

const place = new Workplace();
afterAll(() => place.remove());

const commands = [
  [],
  ['hunt'],
  ['explain'],
  ['backtest'],
  ['lab'],
  ['lab', 'generate'],
  ['lab', 'splunk'],
  ['source'],
  ['source', 'list'],
  ['source', 'add'],
  ['source', 'test'],
  ['search'],
  ['tree'],
  ['chain'],
  ['chain', 'rare'],
  ['demo'],
  ['sigma'],
  ['sigma', 'check'],
  ['sigma', 'convert'],
  ['sigma', 'fields'],
  ['sigma', 'targets'],
  ['sigma', 'pipelines'],
];

describe('help', () => {
  it.each(commands)('of huntbook %s %s is what users see', async (...words) => {
    const { code, stdout, stderr } = await place.run(...words, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(`golden/${['huntbook', ...words].join('-')}.txt`);
  });

  it('help hunt is the help of hunt', async () => {
    expect(await place.run('help', 'hunt')).toEqual(await place.run('hunt', '--help'));
  });

  it('names the version of the package', async () => {
    const manifest = path.resolve(import.meta.dirname, '../../package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    expect(await place.run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('a wrong command line', () => {
  it.each([
    { args: ['hnut'], error: "unknown command 'hnut'", usage: 'Usage: huntbook [options] [command]' },
    { args: ['--frob'], error: "unknown option '--frob'", usage: 'Usage: huntbook [options] [command]' },
    { args: ['hunt', '--treads', '2'], error: "unknown option '--treads'", usage: 'Usage: huntbook hunt' },
    { args: ['explain', 'rule.yml'], error: "missing required argument 'path'", usage: 'huntbook explain' },
    { args: ['backtest'], error: "missing required argument 'expectations'", usage: 'huntbook backtest' },
    {
      args: ['lab', 'generate'],
      error: "required option '-o, --output <dir>'",
      usage: 'huntbook lab generate',
    },
    { args: ['lab', 'frob'], error: "unknown command 'frob'", usage: 'Usage: huntbook lab' },
    { args: ['demo', 'x'], error: 'too many arguments', usage: 'Usage: huntbook demo' },
  ])('$args ends with 2, the reason and the usage', async ({ args, error, usage }) => {
    const { code, stdout, stderr } = await place.run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`huntbook: `);
    expect(stderr).toContain(error);
    expect(stderr).toContain('[HB_USAGE]');
    expect(stderr).toContain(usage);
    expect(stderr).toContain('--help');
  });

  it('suggests what was meant', async () => {
    expect((await place.run('hunt', '--treads', '2')).stderr).toContain('Did you mean --threads?');
  });

  it('shows the help when no command is given', async () => {
    const { code, stdout, stderr } = await place.run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Commands:');
  });

  it('does not pass control characters on to the terminal', async () => {
    const { code, stderr } = await place.run('hunt', '--x\u001b]0;owned\u0007');
    expect(code).toBe(2);
    expect(stderr).not.toContain('\u001b');
  });
});
