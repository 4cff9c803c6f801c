import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hunt, sourceAncestry, type Finding } from '../../src/hunt/index.ts';
import {
  ProcessTreeBuilder,
  startOf,
  type ProcessSource,
  type ProcessTree,
  type TreeQuery,
} from '../../src/process/index.ts';
import {
  audit,
  chainRule,
  did,
  guidOf,
  step,
  sysmon,
  timeAt,
  writeEvents,
  type Created,
} from './process-events.ts';
import { collect, rulesIn, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

let written = 0;
const file = (events: readonly object[]): string => writeEvents(folder, `events-${written++}`, events);
async function setOf(...documents: readonly string[]) {
  const rules = path.join(folder, `rules-${written++}.yml`);
  writeFileSync(rules, documents.join('---\n'));
  return rulesIn(rules);
}

const network = `title: net\nname: net\nlogsource: {product: windows, category: network_connection}\ndetection: {s: {DestinationPort: 4444}, condition: s}\n`;
const logon = `title: logon\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID: 4624}, condition: s}\n`;
const word = step('word', 'winword.exe');

const line: readonly Created[] = [
  { at: 0, pid: 10, parent: 4, image: 'explorer.exe' },
  { at: 10, pid: 20, parent: 10, image: 'cmd.exe' },
  { at: 20, pid: 30, parent: 20, image: 'powershell.exe' },
  { at: 30, pid: 40, parent: 30, image: 'winword.exe' },
];
const beacon = did(3, 50, 40, { Image: 'C:\\Windows\\winword.exe', DestinationPort: 4444 });
const events = [...line.map((one) => sysmon(one)), beacon];
const above = ['parent.exe', 'explorer.exe', 'cmd.exe', 'powershell.exe', 'winword.exe'];

const images = ({ chain = [] }: Finding): (string | undefined)[] =>
  chain.map(({ image }) => image?.split('\\').at(-1));

describe('findings with the processes above them', () => {
  it('have the process of their event and all above it, the top first', async () => {
    const { findings } = await collect({
      paths: [file(events)],
      rules: await setOf(word, network),
      withChain: true,
    });
    expect(findings.map(images)).toEqual([above, above]);
    expect(findings[0]?.chain?.map(({ known, link, step: title }) => [known, link, title])).toEqual([
      [false, null, null],
      [true, 'guid', null],
      [true, 'guid', null],
      [true, 'guid', null],
      [true, 'guid', null],
    ]);
    expect(findings[1]?.chain?.at(-1)).toMatchObject({
      guid: guidOf(40),
      pid: 40,
      start: expect.any(String) as string,
    });
    const without = await collect({ paths: [file(events)], rules: await setOf(word, network) });
    expect(without.findings.map(({ chain }) => chain)).toEqual([undefined, undefined]);
    expect(without.findings.map(({ id }) => id)).toHaveLength(2);
  });

  it('are the same from any number of threads and files in any order', async () => {
    const rules = await setOf(word, network);
    const paths = events.map((event) => file([event])).toReversed();
    for (const threads of [1, 2, 4]) {
      const { findings } = await collect({ paths, rules, withChain: true, threads });
      expect(findings.map(images)).toEqual([above, above]);
    }
  });

  it('have it by process ids in the Security log, as far as that tells', async () => {
    const { findings } = await collect({
      paths: [file(line.map((one) => audit(one)))],
      rules: await setOf(word),
      withChain: true,
    });
    expect(images(findings[0] as Finding).slice(-4)).toEqual(above.slice(-4));
    expect(findings[0]?.chain?.at(-1)).toMatchObject({ link: 'inferred', guid: null });
  });

  it('take creations from before the time that is asked for, and of other processes nothing', async () => {
    const { findings } = await collect({
      paths: [file([...events, ...line.map((one) => sysmon({ ...one, host: 'WS2' }))])],
      rules: await setOf(network),
      withChain: true,
      filter: { since: Date.parse(timeAt(45)), hosts: ['WS1'] },
    });
    expect(findings.map(images)).toEqual([above]);
  });

  it('have no chain where no process acts, and one process where its creation was not seen', async () => {
    const { Event } = beacon as { Event: { System: object } };
    const logged = {
      Event: {
        System: { ...Event.System, Channel: 'Security', EventID: 4624, Provider: null },
        EventData: { TargetUserName: 'anna', ProcessId: '0x0' },
      },
    };
    const { findings } = await collect({
      paths: [file([beacon, logged])],
      rules: await setOf(network, logon),
      withChain: true,
    });
    expect(findings.map(({ chain }) => chain?.length)).toEqual([1, undefined]);
    expect(findings[0]?.chain?.[0]).toMatchObject({
      image: 'C:\\Windows\\winword.exe',
      guid: guidOf(40),
      pid: 40,
      known: false,
      link: null,
    });
  });

  it('of a chain rule grow up to the top, and keep their steps', async () => {
    const rules = await setOf(
      step('powershell', 'powershell.exe'),
      word,
      chainRule('Pair', 'rules: [powershell, word], timespan: 1m'),
    );
    const paths = [file(events)];
    const { findings } = await collect({ paths, rules, withChain: true });
    const plain = await collect({ paths, rules });
    expect(findings.map(({ id }) => id)).toEqual(plain.findings.map(({ id }) => id));
    expect(images(plain.findings[0] as Finding)).toEqual(['powershell.exe', 'winword.exe']);
    expect(images(findings[0] as Finding)).toEqual(above);
    expect(findings[0]?.chain?.map(({ step: title }) => title)).toEqual([
      null,
      null,
      null,
      'powershell',
      'word',
    ]);
    expect(findings[0]?.chain?.[3]?.link).toBe('guid');
  });

  it('give the lowest hundred of a very long line', async () => {
    const long = Array.from({ length: 3000 }, (_, i): Created => ({
      at: i / 10,
      pid: i + 10,
      parent: i + 9,
      image: 'a.exe',
    }));
    const last: Created = { at: 400, pid: 5000, parent: 3009, image: 'winword.exe' };
    const { findings } = await collect({
      paths: [file([...long, last].map((one) => sysmon(one)))],
      rules: await setOf(word),
      withChain: true,
    });
    expect(findings[0]?.chain).toHaveLength(100);
    // A link at the top says that there is more.
    expect(findings[0]?.chain?.[0]?.link).toBe('guid');
  });

  it('are refused for what can be read only once', async () => {
    async function* stdin() {
      yield Buffer.from('{}\n');
    }
    const running = hunt({
      paths: ['-'],
      rules: await setOf(word),
      stdin: stdin(),
      withChain: true,
      onFinding: () => {},
    });
    await expect(running).rejects.toMatchObject({
      code: 'HB_USAGE',
      hint: expect.stringContaining('file') as string,
    });
  });
});

/** An engine that answers for one process with its creation only, and counts how often it was asked. */
function engineOf(created: readonly object[]): ProcessSource & { readonly asked: TreeQuery[] } {
  const asked: TreeQuery[] = [];
  const all = created.flatMap((event) => startsOf(event));
  return {
    asked,
    get cost() {
      return { searches: asked.length, events: 0 };
    },
    tree(query) {
      asked.push(query);
      const { start } = query;
      if (start.kind !== 'process') throw new Error('another question was expected');
      const { guid, pid, host } = start.process;
      const builder = new ProcessTreeBuilder();
      for (const one of all)
        if (one.host === host && (guid === null ? one.pid === pid : one.guid === guid)) builder.add(one);
      const tree: ProcessTree = builder.build();
      const focus = tree.known > 0 ? [0] : [];
      return Promise.resolve({ tree, focus, notes: [], cut: [], cost: null });
    },
    async *events() {},
  };
}

function startsOf(event: object) {
  const { System, EventData } = (event as { Event: { System: Record<string, unknown>; EventData: object } })
    .Event;
  const { Channel, EventID, Computer, TimeCreated } = System as Record<string, string> & { EventID: number };
  const time = (TimeCreated as unknown as { '#attributes': { SystemTime: string } })['#attributes']
    .SystemTime;
  const start = startOf({
    source: 'x',
    channel: Channel ?? null,
    provider: null,
    eventId: EventID,
    recordId: 1,
    time,
    host: Computer ?? null,
    fields: EventData as Record<string, string>,
  });
  return start === null ? [] : [start];
}

describe('findings of a search engine with the processes above them', () => {
  const findingsOf = async (more: readonly object[] = []): Promise<Finding[]> =>
    (await collect({ paths: [file([...events, ...more])], rules: await setOf(word, network) })).findings;

  it('have what findings of files have, and no process is asked for twice', async () => {
    const engine = engineOf(events);
    const ancestry = sourceAncestry({ source: engine, name: 'lab' });
    const found = await findingsOf([
      did(3, 51, 40, { Image: 'C:\\Windows\\winword.exe', DestinationPort: 4444 }),
      sysmon({ at: 60, pid: 60, parent: 30, image: 'winword.exe' }),
    ]);
    const lines: (string | undefined)[][] = [];
    for (const finding of found) lines.push(images(await ancestry.add(finding)));
    expect(lines).toEqual([above, above, above, above]);
    // powershell, cmd, explorer, and what began explorer: the rest the events told.
    expect(engine.asked).toHaveLength(4);
    expect(ancestry.issues()).toEqual([]);
    expect(engine.asked[0]?.start).toMatchObject({ time: Date.parse(timeAt(30)) });
  });

  it('have a part of their line when the searches are used up, and the summary says so', async () => {
    const engine = engineOf(events);
    const ancestry = sourceAncestry({ source: engine, name: 'lab', maxSearches: 1 });
    const [first] = await findingsOf();
    expect(images(await ancestry.add(first as Finding))).toEqual([
      'parent.exe',
      'powershell.exe',
      'winword.exe',
    ]);
    expect(ancestry.issues()).toMatchObject([{ code: 'HB_LIMIT', source: 'lab', count: 1 }]);
    expect(engine.asked).toHaveLength(1);
  });

  it('are given as they are when a search fails, with the reason in the summary', async () => {
    const engine: ProcessSource = { ...engineOf(events), tree: () => Promise.reject(new Error('gone')) };
    const ancestry = sourceAncestry({ source: engine, name: 'lab' });
    const [first] = await findingsOf();
    expect(images(await ancestry.add(first as Finding))).toEqual(['parent.exe', 'winword.exe']);
    expect(ancestry.issues()).toMatchObject([{ message: expect.stringContaining('gone') as string }]);
  });

  it('follow process ids where there are no GUIDs, but not to another program', async () => {
    const logged = [
      ...line.slice(1).map((one) => audit(one)),
      audit({ at: 5, pid: 10, parent: 4, image: 'other.exe' }),
    ];
    const own = logged.map((event, i) => {
      const { Event } = event as { Event: { EventData: object } };
      const parent = ['explorer.exe', 'cmd.exe', 'powershell.exe', 'system.exe'][i];
      return {
        Event: { ...Event, EventData: { ...Event.EventData, ParentProcessName: `C:\\Windows\\${parent}` } },
      };
    });
    const engine = engineOf(own);
    const ancestry = sourceAncestry({ source: engine, name: 'lab' });
    const { findings } = await collect({ paths: [file(own)], rules: await setOf(word) });
    const found = await ancestry.add(findings[0] as Finding);
    expect(images(found)).toEqual(above.slice(1));
    expect(found.chain?.map(({ link }) => link)).toEqual([null, 'inferred', 'inferred', 'inferred']);
  });
});
