/** Graphs to draw: an attack by a Word macro, two hosts, and hostile, wide and deep ones. */
import type { GraphEvent, GraphNode, ProcessGraph } from '../../../src/process/index.ts';

const empty: GraphNode = {
  host: 'WS01',
  guid: null,
  pid: null,
  image: null,
  commandLine: null,
  user: null,
  start: null,
  end: null,
  known: true,
  link: 'guid',
  parent: null,
  generation: 0,
  hidden: 0,
  counts: {},
  events: [],
  findings: [],
};

export function node(facts: Partial<GraphNode>): GraphNode {
  return { ...empty, ...facts };
}

export function graph(nodes: readonly GraphNode[], facts: Partial<ProcessGraph> = {}): ProcessGraph {
  return { nodes, focus: [], from: null, to: null, cut: [], notes: [], cost: null, ...facts };
}

const day = '2026-03-02T';
const user = 'CORP\\anna';
const temp = 'C:\\Users\\anna\\AppData\\Local\\Temp';
const system = 'C:\\Windows\\System32';

function event(activity: GraphEvent['activity'], time: string, about: string, eventId: number): GraphEvent {
  const channel = 'Microsoft-Windows-Sysmon/Operational';
  return {
    activity,
    time: `${day}${time}Z`,
    recordId: 1000 + eventId,
    channel,
    eventId,
    about,
    inferred: false,
  };
}

export const macro: ProcessGraph = graph(
  [
    node({
      pid: 3980,
      image: `${system}\\userinit.exe`,
      known: false,
      link: null,
      generation: -3,
    }),
    node({
      parent: 0,
      generation: -2,
      guid: '6b1d6a01-1111-5e57-a401-000000000100',
      pid: 4120,
      user,
      image: 'C:\\Windows\\explorer.exe',
      commandLine: 'C:\\Windows\\Explorer.EXE',
      start: '2026-03-01T08:01:12.5000000Z',
      hidden: 9,
      counts: { file: 12, registry: 40 },
    }),
    node({
      parent: 1,
      generation: -1,
      guid: '6b1d6a01-2222-5e57-a401-000000000200',
      pid: 5512,
      user,
      image: 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE',
      commandLine: `"C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE" /n "C:\\Users\\anna\\Downloads\\Freight_invoice_88213.docm" /o ""`,
      start: `${day}09:15:02.1230000Z`,
      counts: { file: 3, registry: 2, image: 1 },
      events: [event('image', '09:15:04.5000000', 'C:\\Program Files\\Common Files\\VBE7.DLL', 7)],
    }),
    node({
      parent: 2,
      guid: '6b1d6a01-3333-5e57-a401-000000000300',
      pid: 6304,
      user,
      image: `${system}\\WindowsPowerShell\\v1.0\\powershell.exe`,
      commandLine:
        'powershell.exe -nop -w hidden -enc JAB3AD0ATgBlAHcALQBPAGIAagBlAGMAdAAgAE4AZQB0AC4AVwBlAGIAQwBsAGkAZQBuAHQA',
      start: `${day}09:15:13.8810000Z`,
      end: `${day}09:16:20.0000000Z`,
      counts: { dns: 1, network: 1, file: 1, image: 2, script: 4 },
      events: [
        event('image', '09:15:14.2000000', `${system}\\amsi.dll`, 7),
        event('dns', '09:15:15.0100000', 'cdn.freight-portal.example', 22),
        event('network', '09:15:15.4000000', '203.0.113.77:443 (cdn.freight-portal.example)', 3),
        event('file', '09:15:17.9000000', `${temp}\\wrkfl.dll`, 11),
      ],
      findings: [
        { title: 'Encoded PowerShell below Office', level: 'high', time: `${day}09:15:13.8810000Z` },
        { title: 'Hidden PowerShell window', level: 'medium', time: `${day}09:15:13.8810000Z` },
      ],
    }),
    node({
      parent: 3,
      generation: 1,
      guid: '6b1d6a01-4444-5e57-a401-000000000400',
      pid: 7020,
      user,
      image: `${system}\\conhost.exe`,
      commandLine: `\\??\\${system}\\conhost.exe 0xffffffff -ForceV1`,
      start: `${day}09:15:13.9200000Z`,
      end: `${day}09:16:20.1000000Z`,
    }),
    node({
      parent: 3,
      generation: 1,
      guid: '6b1d6a01-5555-5e57-a401-000000000500',
      pid: 7188,
      user,
      image: `${system}\\cmd.exe`,
      commandLine: `"${system}\\cmd.exe" /c rundll32.exe ${temp}\\wrkfl.dll,StartW`,
      start: `${day}09:15:21.0400000Z`,
      end: `${day}09:15:21.9000000Z`,
    }),
    ...[7301, 7302, 7303, 7304].map((pid, i) =>
      node({
        parent: 3,
        generation: 1,
        guid: `6b1d6a01-666${i}-5e57-a401-000000000600`,
        pid,
        user,
        image: `${system}\\whoami.exe`,
        commandLine: `whoami.exe /all ${pid}`,
        counts: { registry: 1 },
        start: `${day}09:15:2${3 + i}.5000000Z`,
        end: `${day}09:15:2${3 + i}.6000000Z`,
      }),
    ),
    node({
      parent: 5,
      generation: 2,
      guid: '6b1d6a01-7777-5e57-a401-000000000700',
      pid: 7244,
      user,
      image: `${system}\\rundll32.exe`,
      commandLine: `rundll32.exe  ${temp}\\wrkfl.dll,StartW`,
      start: `${day}09:15:21.3000000Z`,
      counts: { dns: 1, network: 2, image: 1, access: 1, thread: 1 },
      events: [
        event('image', '09:15:21.5000000', `${temp}\\wrkfl.dll`, 7),
        event('dns', '09:15:23.1000000', 'api.freight-portal.example', 22),
        event('network', '09:15:23.4000000', '203.0.113.78:443 (api.freight-portal.example)', 3),
        event('network', '09:15:53.4000000', '203.0.113.78:443 (api.freight-portal.example)', 3),
        event('access', '09:15:58.0000000', `${system}\\lsass.exe 0x1010`, 10),
        event('thread', '09:16:02.0000000', 'C:\\Windows\\explorer.exe', 8),
      ],
      findings: [
        { title: 'Memory of LSASS read by rundll32', level: 'critical', time: `${day}09:15:58.0000000Z` },
      ],
    }),
    node({
      parent: 10,
      generation: 3,
      pid: 7510,
      link: 'inferred',
      image: `${system}\\net.exe`,
      commandLine: 'net.exe  group "domain admins" /domain',
      user: 'CORP\\svc-backup',
      start: `${day}09:16:05.2000000Z`,
      end: `${day}09:16:05.4000000Z`,
    }),
  ],
  {
    focus: [3],
    from: `${day}09:14:13.881Z`,
    to: `${day}09:25:13.881Z`,
    cut: ['3 events of 1 process are counted and not listed.'],
    notes: ['The creation of userinit.exe (3980) was not seen.'],
  },
);

export const twoHosts: ProcessGraph = graph([
  node({ host: 'WS01', pid: 10, image: 'C:\\a.exe', start: `${day}10:00:00Z` }),
  node({ host: 'SRV-02', pid: 20, image: 'C:\\b.exe', start: '2026-03-03T11:00:00Z' }),
  node({ host: 'ws01', pid: 30, image: 'C:\\c.exe', start: `${day}10:00:05Z` }),
  node({ host: 'WS01', pid: 11, image: 'C:\\d.exe', parent: 0, start: `${day}10:00:01Z`, generation: 1 }),
]);

/** A graph with the text in every slot that can hold one. */
export function hostile(text: string): ProcessGraph {
  const facts = { host: text, guid: text, pid: 1, image: text, commandLine: text, user: text };
  const findings = [{ title: text, level: text, time: text }];
  const own = {
    activity: 'file',
    time: text,
    recordId: text,
    channel: text,
    eventId: text,
    about: text,
  } as const;
  const events = [{ ...own, inferred: true }];
  const more = { counts: { file: 1 }, events, findings, hidden: 1 };
  return graph(
    [
      node({ ...facts, start: text, end: text, ...more }),
      node({
        ...facts,
        start: `${day}10:00:00Z`,
        end: text,
        parent: 0,
        link: 'inferred',
        known: false,
        ...more,
      }),
    ],
    { focus: [1], from: text, to: text, cut: [text], notes: [text] },
  );
}

export function chainOf(length: number): ProcessGraph {
  const nodes = Array.from({ length }, (_, i) =>
    node({
      parent: i === 0 ? null : i - 1,
      pid: i + 1,
      image: `C:\\p${i % 7}.exe`,
      generation: i - length + 1,
      start: new Date(Date.UTC(2026, 2, 2) + i * 1000).toISOString(),
      commandLine: `p -n ${i}`,
    }),
  );
  return graph(nodes, { focus: [length - 1] });
}

/** One parent; `kinds` different programs among its children, by turns. */
export function starOf(children: number, kinds: number): ProcessGraph {
  const root = node({ pid: 4, image: 'C:\\Windows\\services.exe', start: `${day}00:00:00Z` });
  const rest = Array.from({ length: children }, (_, i) =>
    node({
      parent: 0,
      generation: 1,
      pid: 100 + i,
      image: `C:\\x\\tool-${(i % kinds).toString(36)}x.exe`,
      commandLine: `tool /id:${i}`,
      start: new Date(Date.UTC(2026, 2, 2, 1) + i * 500).toISOString(),
      counts: { file: 1 },
    }),
  );
  return graph([root, ...rest], { focus: [0] });
}
