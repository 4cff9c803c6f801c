import { describe, expect, it } from 'vitest';
import {
  ProcessTreeBuilder,
  rareChains,
  type ProcessStart,
  type ProcessTree,
} from '../../src/process/index.ts';
import { plainArguments } from '../../src/process/rare-arguments.ts';

const second = 1e7;
let serial = 0;
const guidOf = (host: string, pid: number): string =>
  `00000000-0000-0000-${Buffer.from(host.padEnd(2)).toString('hex')}-${String(pid).padStart(12, '0')}`;

/** A line of processes on a host, the first one started by nobody. */
function line(builder: ProcessTreeBuilder, host: string, images: string[], commandLine?: string): void {
  let parent: ProcessStart | null = null;
  for (const image of images) {
    const pid = ++serial;
    const start: ProcessStart = {
      host,
      guid: guidOf(host, pid),
      pid,
      time: serial * second,
      parentGuid: parent?.guid ?? null,
      parentPid: parent?.pid ?? null,
      image: `C:\\Windows\\${image}`,
      commandLine: commandLine ?? `${image} -a`,
      user: null,
      parentImage: parent?.image ?? null,
      parentCommandLine: null,
      ref: -1,
    };
    builder.add(start);
    parent = start;
  }
}

function estate(): ProcessTree {
  const builder = new ProcessTreeBuilder();
  for (const host of ['h1', 'h2', 'h3']) {
    line(builder, host, ['explorer.exe', 'CMD.exe', 'whoami.exe']);
    line(builder, host, ['explorer.exe', 'cmd.exe', 'whoami.exe']);
  }
  line(builder, 'h2', ['winword.exe', 'cmd.exe', 'whoami.exe']);
  line(builder, 'h2', ['excel.exe', 'cmd.exe']);
  line(builder, 'h2', ['excel.exe', 'cmd.exe']);
  return builder.build();
}

describe('rareChains', () => {
  it('stacks lines without regard to case and gives those of few hosts first, then those seen seldom', async () => {
    const { chains, total, processes, uncounted } = await rareChains(estate());
    expect(chains.map(({ images, hosts, count }) => [images.join(' > '), hosts, count])).toEqual([
      ['winword.exe', 1, 1],
      ['winword.exe > cmd.exe', 1, 1],
      ['winword.exe > cmd.exe > whoami.exe', 1, 1],
      ['excel.exe', 1, 2],
      ['excel.exe > cmd.exe', 1, 2],
      ['explorer.exe', 3, 6],
      ['explorer.exe > cmd.exe', 3, 6],
      ['explorer.exe > cmd.exe > whoami.exe', 3, 6],
    ]);
    expect({ total, processes, uncounted }).toEqual({ total: 8, processes: 25, uncounted: 0 });
    expect(chains.at(-1)).toMatchObject({
      hostNames: ['h1', 'h2', 'h3'],
      arguments: null,
      example: { host: 'h1', image: 'C:\\Windows\\whoami.exe' },
    });
    expect(Date.parse(chains.at(-1)?.last as string)).toBeGreaterThan(
      Date.parse(chains.at(-1)?.first as string),
    );
  });

  it('takes as many images as asked, hosts that are named, and lines of few hosts', async () => {
    const short = await rareChains(estate(), { depth: 1, maxHosts: 1 });
    expect(short.chains.map(({ images }) => images)).toEqual([['winword.exe'], ['excel.exe']]);
    const one = await rareChains(estate(), { depth: 1, hosts: ['H1'] });
    expect(one.chains.map(({ count }) => count)).toEqual([2, 2, 2]);
    expect((await rareChains(estate(), { limit: 2 })).chains).toHaveLength(2);
    const [whole] = (await rareChains(estate(), { depth: 1, paths: true })).chains;
    expect(whole?.images).toEqual(['c:\\windows\\winword.exe']);
  });

  it('tells lines apart by arguments once they are plain', async () => {
    const builder = new ProcessTreeBuilder();
    line(builder, 'h1', ['cmd.exe'], 'cmd.exe /c ping 10.0.0.1 -n 5');
    line(builder, 'h2', ['cmd.exe'], '"C:\\Windows\\cmd.exe" /c ping 10.9.9.9 -n 7');
    line(builder, 'h2', ['cmd.exe'], 'cmd.exe /c whoami');
    const { chains } = await rareChains(builder.build(), { arguments: true });
    expect(chains.map(({ images, arguments: args, hosts }) => [images, args, hosts])).toEqual([
      [['cmd.exe'], '/c whoami', 1],
      [['cmd.exe'], '/c ping <ip> -n <n>', 2],
    ]);
  });

  it('tells how many processes it could not count when lines are too many', async () => {
    const { processes, uncounted } = await rareChains(estate(), { maxLines: 4 });
    expect(uncounted).toBeGreaterThan(0);
    expect(processes + uncounted).toBe(25);
  });

  it('begins with the same lines whatever the limit', async () => {
    const ties = await rareChains(estate(), { limit: 4 });
    expect((await rareChains(estate(), { limit: 8 })).chains.slice(0, 4).map(({ images }) => images)).toEqual(
      ties.chains.map(({ images }) => images),
    );
  });
});

describe('plainArguments', () => {
  it.each([
    ['a.exe --id {3F2504E0-4F89-11D3-9A0C-0305E82C3301}', '--id <guid>'],
    ['a.exe -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcA', '-enc <base64>'],
    [
      'a.exe C:\\Users\\ann lee\\AppData\\Local\\Temp\\7zS4F\\x.dll',
      'c:\\users\\<user>\\appdata\\local\\temp\\<temp>\\x.dll',
    ],
    ['a.exe /home/bob/x 0x1F4 2024-05-06 12:34:56', '/home/<user>/x <hex> <date> <time>'],
    ['a.exe -p 4711 --hash d41d8cd98f00b204e9800998ecf8427e', '-p <n> --hash <hex>'],
    ['rundll32.exe comsvcs.dll, MiniDump 612 x64', 'comsvcs.dll, minidump <n> x64'],
    ['"C:\\Program Files\\a b.exe"', ''],
    ['a.exe', ''],
  ])('%s', (commandLine, plain) => {
    expect(plainArguments(commandLine)).toBe(plain);
  });

  it('is quick and short with hostile command lines', () => {
    for (const text of [
      'a'.repeat(32_768),
      '1.'.repeat(16_384),
      '~'.repeat(32_768),
      `a ${'A+/'.repeat(10_000)}`,
      `a ${'\\temp\\'.repeat(5000)}`,
      `a ${'0-'.repeat(16_000)}`,
    ]) {
      const before = performance.now();
      expect(plainArguments(`x ${text}`).length).toBeLessThanOrEqual(501);
      expect(performance.now() - before).toBeLessThan(200);
    }
  });
});
