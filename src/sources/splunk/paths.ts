/** Where things are on a server: namespaces, and the endpoints of search by its version. */
import type { SplunkSettings } from './types.ts';

/** `/services`, or that of an app and an owner; `-` is any of them. */
export function namespace({ app, owner }: Pick<SplunkSettings, 'app' | 'owner'>): string {
  if (!app && !owner) return '/services';
  return `/servicesNS/${encodeURIComponent(owner || '-')}/${encodeURIComponent(app || '-')}`;
}

/** The second version of the search endpoints came with 9.0.2, on Splunk Cloud with 9.0.2209. */
export function hasV2(version: string, instanceType: string): boolean {
  const first = instanceType.toLowerCase() === 'cloud' ? [9, 0, 2209] : [9, 0, 2];
  const parts = version.split('.').map((part) => parseInt(part, 10));
  for (const [index, wanted] of first.entries()) {
    const part = parts[index] ?? 0;
    if (Number.isNaN(part)) return false;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
