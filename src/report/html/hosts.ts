/** Findings by host, the hosts with the most severe findings first. */
import { levelRank, levels, type Level } from '../levels.ts';
import { countOf, countText } from '../text.ts';
import { evidence, markup, type Markup } from './markup.ts';
import { levelBar, note, table } from './parts.ts';

/** Host names come from hostile data: no more than this many are told apart. */
const maxHosts = 10_000;
const maxName = 200;
const maxShown = 20;

export class HostLevels {
  readonly #hosts = new Map<string, number[]>();
  #overflow = false;

  add(host: string | null, level: Level): void {
    if (host === null) return;
    const name = host.slice(0, maxName);
    let counts = this.#hosts.get(name);
    if (counts === undefined) {
      this.#overflow ||= this.#hosts.size >= maxHosts;
      if (this.#overflow) return;
      this.#hosts.set(name, (counts = levels.map(() => 0)));
    }
    const rank = levelRank(level);
    counts[rank] = (counts[rank] as number) + 1;
  }

  get size(): number {
    return this.#hosts.size;
  }

  /** `12`, or `10,000+` where there are more than are told apart. */
  get sizeText(): string {
    return countText(this.size) + (this.#overflow ? '+' : '');
  }

  render(): Markup {
    if (this.size === 0) return note('No finding names a host.');
    const hosts = [...this.#hosts].map(([host, counts]) => ({ host, counts, total: sum(counts) }));
    hosts.sort((a, b) => compareSeverity(a.counts, b.counts) || (a.host < b.host ? -1 : 1));
    const most = hosts.reduce((top, { total }) => Math.max(top, total), 1);
    const rows = hosts.slice(0, maxShown).map(
      ({ host, counts, total }) => markup`<tr><th scope="row">${evidence(host)}</th>
<td class="num">${countText(counts[0] ?? 0)}</td><td class="num">${countText(counts[1] ?? 0)}</td>
<td class="num">${countText(total)}</td><td class="barcell">${levelBar(counts, most)}</td></tr>
`,
    );
    const left = hosts.length - maxShown;
    const rest =
      left > 0
        ? note(`and ${this.#overflow ? 'at least ' : ''}${countOf(left, 'more host', 'more hosts')}.`)
        : null;
    return markup`${table(['Host', '#Critical', '#High', '#All findings', 'By level'], rows)}${rest}`;
  }
}

function compareSeverity(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (b[i] as number) - (a[i] as number);
  return 0;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
