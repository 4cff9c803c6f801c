/**
 * What one event says of a process: that it began, that it ended, or that it did something. Identity is host and
 * ProcessGuid; process ids are for events without one (Security 4688, thin exports), and what rests on them is inferred.
 * Fields and event ids: Sysmon's manifest (events 1 and 5), Microsoft's pages of the Security events 4688 and 4689.
 */
/** A process as an event names it. */
export interface ProcessName {
  /** The endpoint as events spell it; compared without case. */
  readonly host: string;
  /** 36 characters in lower case, without braces; null where the event has none, or only zeros. */
  readonly guid: string | null;
  /** Null where the event has none. */
  readonly pid: number | null;
}

/** A process began. */
export interface ProcessStart extends ProcessName {
  /** `correlationTime`: Sysmon's UtcTime, else the event's own time; null when it has neither. */
  readonly time: number | null;
  readonly parentGuid: string | null;
  readonly parentPid: number | null;
  /** Whole path, as spelled. */
  readonly image: string | null;
  readonly commandLine: string | null;
  readonly user: string | null;
  readonly parentImage: string | null;
  readonly parentCommandLine: string | null;
  /** A number of the reader's, to find the event again; -1 where it has none. */
  readonly ref: number;
}

/** A process ended. */
export interface ProcessEnd extends ProcessName {
  readonly time: number | null;
  readonly image: string | null;
}

/** How a process came by its parent. */
export const Link = {
  /** It has none that is known by name. */
  none: 0,
  /** By ParentProcessGuid. */
  guid: 1,
  /** By process id, time and host. */
  inferred: 2,
} as const;
export type LinkText = 'guid' | 'inferred';

/** Groups of events that a process makes, as pictures count them. */
export type Activity =
  | 'file'
  | 'registry'
  | 'network'
  | 'dns'
  | 'image'
  | 'access'
  | 'thread'
  | 'pipe'
  | 'wmi'
  | 'script'
  | 'other';

/** One process of a picture or of a finding, as plain data. */
export interface ProcessInfo {
  readonly host: string;
  readonly guid: string | null;
  readonly pid: number | null;
  readonly image: string | null;
  readonly commandLine: string | null;
  readonly user: string | null;
  /** ISO 8601 in UTC; null when its beginning, or its end, was not seen. */
  readonly start: string | null;
  readonly end: string | null;
  /** False: no event of its creation; what is known of it comes from its children's events. */
  readonly known: boolean;
  /** How it is bound to its parent; null at the top. */
  readonly link: LinkText | null;
}

/** A part of a tree, cut out for showing. Plain data: what JSON holds. */
export interface ProcessGraph {
  /** Parents before their children, siblings in order of time; roots first. A node's place is its number. */
  readonly nodes: readonly GraphNode[];
  /** Numbers of the nodes that were asked for. */
  readonly focus: readonly number[];
  /** Times within which processes and events were taken; null: open. ISO 8601 in UTC. */
  readonly from: string | null;
  readonly to: string | null;
  /** What was left out, each as a sentence; empty: this is all. */
  readonly cut: readonly string[];
  /** What else there is to say: missing parents, processes without GUIDs, cycles. */
  readonly notes: readonly string[];
  /** What it took on a search engine; null for files. */
  readonly cost: { readonly searches: number; readonly events: number } | null;
}

export interface GraphNode extends ProcessInfo {
  /** Number of the parent in the same graph; null at a root. */
  readonly parent: number | null;
  /** Generations from the nearest node that was asked for: negative above, 0 itself, positive below or beside. */
  readonly generation: number;
  /** Children that exist and are not in the graph. */
  readonly hidden: number;
  /** Events it made, by group; groups without events are left out. */
  readonly counts: Readonly<Partial<Record<Activity, number>>>;
  /** The first of these events, where they were asked for. */
  readonly events: readonly GraphEvent[];
  /** Findings on this process. */
  readonly findings: readonly {
    readonly title: string;
    readonly level: string | null;
    readonly time: string | null;
  }[];
}

export interface GraphEvent {
  readonly activity: Activity;
  readonly time: string | null;
  readonly recordId: number | bigint | string | null;
  readonly channel: string | null;
  readonly eventId: number | string | null;
  /** What it was about in one line: the file, key, address, name, module, target process. Raw: escape at the sink. */
  readonly about: string;
  /** Whether it was given to the process by process id and time instead of a GUID. */
  readonly inferred: boolean;
}

/**
 * Process creations as columns: what links are made from. GUIDs are four words each, in the order of their text; all
 * zero stands for none. Times are `correlationTime`, NaN where unknown; other numbers are -1 where unknown.
 */
export interface ProcessColumns {
  readonly length: number;
  /** Names of hosts, each once without regard to case, as first spelled; the same for images. */
  readonly hosts: readonly string[];
  readonly images: readonly string[];
  readonly hostId: Int32Array;
  readonly imageId: Int32Array;
  readonly parentImageId: Int32Array;
  readonly guid: Uint32Array;
  readonly parentGuid: Uint32Array;
  readonly pid: Int32Array;
  readonly parentPid: Int32Array;
  readonly time: Float64Array;
  /** `ProcessStart.ref`. */
  readonly ref: Float64Array;
  /** Ends of processes, in any order. */
  readonly ends: {
    readonly length: number;
    readonly hostId: Int32Array;
    readonly imageId: Int32Array;
    readonly guid: Uint32Array;
    readonly pid: Int32Array;
    readonly time: Float64Array;
  };
}

/** What columns do not hold, asked for a few processes at a time. `rows` are those of the columns. */
export type TextsOf = (rows: readonly number[]) => Promise<
  readonly {
    readonly commandLine: string | null;
    readonly user: string | null;
    readonly parentCommandLine: string | null;
    /** The image as this event spells it, where that is at hand. */
    readonly image?: string | null;
  }[]
>;
