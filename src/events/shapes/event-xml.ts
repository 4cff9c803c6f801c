/**
 * `Event.System` / `Event.EventData` / `Event.UserData`: event XML turned into JSON, as evtx_dump and the samples
 * of SigmaHQ have it. Attributes stand under `#attributes`, `@attributes`, `_attributes`, `$`, as `@Name`, or, with
 * evtx_dump's separate attributes, under `Element_attributes`; text beside attributes under `#text` or `_`.
 *
 * Names: `System` elements by their own name, their attributes as `Element_Attribute` (`Provider_Name`,
 * `Execution_ProcessID`), but `SystemTime` alone. `EventData` and `UserData`: elements by their own name at any
 * depth, attributes as `Element_Attribute`. Other parts by their name before that of the element. The EVTX reader
 * names fields alike.
 * Recognised by `Event` holding `System`; Velociraptor and others leave `Event` out.
 */
import { nothing, plain, system, type PathMapping, type Shape, Trait } from './shape.ts';

const attributeKeys = new Set(['#attributes', '@attributes', '_attributes', 'attributes', '$']);
/** Elements of `System` that hold attributes only: null there is no field. */
const attributesOnly = new Set(['Provider', 'TimeCreated', 'Correlation', 'Execution', 'Security']);
const textKeys = new Set(['#text', '_', '_text', '$t']);

export const eventXml: Shape = {
  name: 'event-xml',
  mapPath(path) {
    if (path[0] === 'Event') {
      const rest = path.slice(1);
      if (isAttribute(rest)) return nothing;
      return rest.length === 0 ? plain('Event', Trait.container) : (mapEventPath(rest) ?? mapPart(rest));
    }
    return path[0] === 'System' || path[0] === 'EventData' || path[0] === 'UserData'
      ? mapEventPath(path)
      : undefined;
  },
};

/** Maps a path below `Event`; undefined when it is none of the three parts of an event. */
export function mapEventPath(path: readonly string[]): PathMapping | undefined {
  switch (path[0]) {
    case 'System':
      return mapSystem(path.slice(1));
    case 'EventData':
      return mapData(path, 1);
    case 'UserData':
      return mapData(path, 2);
    default:
      return undefined;
  }
}

function mapSystem(path: readonly string[]): PathMapping {
  const { elements, attribute } = splitSystem(path);
  const element = elements[0];
  if (element === undefined) return attribute === undefined ? plain('System', Trait.container) : nothing;
  const name = elements.at(-1) as string;
  if (attribute === 'SystemTime') return system('SystemTime');
  if (attribute !== undefined) return system(`${name}_${attribute}`);
  const traits = (name === 'EventID' ? Trait.number : 0) | (attributesOnly.has(name) ? Trait.container : 0);
  return { targets: [{ name, rank: -1 }], traits };
}

/** Fields below `EventData` (wrapped once) or `UserData` (wrapped twice). */
function mapData(path: readonly string[], wrapping: number): PathMapping {
  const { elements, attribute } = splitAttribute(path);
  if (attribute === 'Name' && elements.length > 1 && elements[wrapping] === 'Data') {
    // `<Data Name="Image">` kept as an attribute: the name of the field is a value.
    return { targets: [], traits: Trait.whole | Trait.data | Trait.container };
  }
  const name = elements.at(-1) as string;
  if (attribute !== undefined) return plain(`${name}_${attribute}`);
  return elements.length === 1
    ? plain(name, Trait.container)
    : plain(name, elements.length > wrapping ? Trait.data : 0);
}

/** Any other part, named before what is in it; of these Windows' rendering for the reader has the message. */
function mapPart(path: readonly string[]): PathMapping {
  const { elements, attribute } = splitAttribute(path);
  const [part, ...below] = elements as [string, ...string[]];
  const name = below.at(-1);
  if (part === 'RenderingInfo' && name === 'Message' && attribute === undefined) {
    return { targets: [{ name: 'Message', rank: 3 }], traits: Trait.message };
  }
  const names = [part, name, attribute].filter((word) => word !== undefined);
  return plain(names.join('_'), Trait.container);
}

/** Attributes of `Event` itself: its namespace. */
function isAttribute(path: readonly string[]): boolean {
  return path.length > 0 && splitAttribute(path).elements.length === 0;
}

/** Takes attribute and text keys off a path: `Provider.#attributes.Name`, `Provider.@Name`, `EventID.#text`. */
function splitAttribute(path: readonly string[]): { elements: readonly string[]; attribute?: string } {
  const last = path.at(-1);
  const before = path.at(-2);
  if (last === undefined) return { elements: path };
  if (before !== undefined && attributeKeys.has(before)) {
    return { elements: path.slice(0, -2), attribute: last };
  }
  if (before?.endsWith('_attributes')) {
    return { elements: [...path.slice(0, -2), before.slice(0, -'_attributes'.length)], attribute: last };
  }
  if (last.length > 1 && last.startsWith('@'))
    return { elements: path.slice(0, -1), attribute: last.slice(1) };
  if (path.length > 1 && textKeys.has(last)) return { elements: path.slice(0, -1) };
  return { elements: path };
}

/** Below `System`, Velociraptor and others write attributes as plain members, and `EventID.Value` for its text. */
function splitSystem(path: readonly string[]): { elements: readonly string[]; attribute?: string } {
  const [element, member] = path;
  if (path.length === 2 && element !== undefined && member !== undefined) {
    if (element === 'EventID' && member === 'Value') return { elements: [element] };
    if (systemAttributes.get(element)?.includes(member) === true)
      return { elements: [element], attribute: member };
  }
  return splitAttribute(path);
}

const systemAttributes = new Map<string, readonly string[]>(
  Object.entries({
    Provider: ['Name', 'Guid', 'EventSourceName'],
    TimeCreated: ['SystemTime'],
    Execution: [
      'ProcessID',
      'ThreadID',
      'ProcessorID',
      'SessionID',
      'KernelTime',
      'UserTime',
      'ProcessorTime',
    ],
    Correlation: ['ActivityID', 'RelatedActivityID'],
    Security: ['UserID'],
    EventID: ['Qualifiers'],
  }),
);
