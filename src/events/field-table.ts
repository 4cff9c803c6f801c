/**
 * Which fields a consumer wants, and their small integer ids.
 *
 * Names that differ only by case or by spaces are one field (`SourceProcessGuid` = `SourceProcessGUID`,
 * `Threat Name` = `ThreatName`). A source asks `find(name)` once per distinct name and skips the values of
 * fields nobody wants. The first ids are fixed, because log sources are told apart by them.
 */
export const Field = {
  EventID: 0,
  Channel: 1,
  Provider_Name: 2,
  Computer: 3,
  SystemTime: 4,
  Other: 5,
} as const;
// `Other` is the id for values of no wanted field; its name can not occur in an event.
const fixed = ['EventID', 'Channel', 'Provider_Name', 'Computer', 'SystemTime', '\u0000other'];

/** The form under which field names are compared: lower case, without spaces. */
export function foldFieldName(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes(' ') ? lower.replaceAll(' ', '') : lower;
}

export class FieldTable {
  readonly names: string[] = [];
  readonly all: boolean;
  readonly limit: number;
  readonly #ids = new Map<string, number>();

  /** `all` makes every name that is asked for wanted, up to `limit` names (field names come from hostile data). */
  constructor(all = false, limit = 20_000) {
    this.all = all;
    this.limit = limit;
    for (const name of fixed) this.add(name);
  }

  /** Makes a field wanted; returns its id. */
  add(name: string): number {
    const key = foldFieldName(name);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.names.length;
      this.names.push(name);
      this.#ids.set(key, id);
    }
    return id;
  }

  /** The id of a wanted field, or -1. */
  find(name: string): number {
    const id = this.#ids.get(foldFieldName(name));
    if (id !== undefined) return id;
    return this.all && this.names.length < this.limit ? this.add(name) : -1;
  }
}
