import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { logSourceTable, routesOf } from '../../src/detect/index.ts';
import { allScenes, generateEstate, toHuntEvent } from '../../src/lab/index.ts';
import { loadRules } from '../../src/rules/index.ts';
import type { SigmaRule } from '../../src/sigma/index.ts';
import { SlowHunt } from './slow-hunt.ts';

const folder = path.resolve(import.meta.dirname, '../../hunts');
const { rules, errors, correlations, filters } = await loadRules([folder]);

/** Scenes that show only in who started whom: chains.test.ts looks for them. */
const chainsOnly = new Set(['web-shell', 'database-shell', 'service-proxy-execution']);

interface Tally {
  readonly scenes: Map<string, Set<SigmaRule>>;
  readonly outside: Map<SigmaRule, number>;
}

function huntEstate(options: Parameters<typeof generateEstate>[0]): Tally {
  const hunt = new SlowHunt(rules);
  const tally: Tally = { scenes: new Map(), outside: new Map() };
  for (const event of generateEstate(options)) {
    for (const rule of hunt.match(toHuntEvent(event))) {
      if (event.mark === null) tally.outside.set(rule, (tally.outside.get(rule) ?? 0) + 1);
      else tally.scenes.set(event.mark.scene, (tally.scenes.get(event.mark.scene) ?? new Set()).add(rule));
    }
  }
  return tally;
}

const serious = (rule: SigmaRule) =>
  rule.level === 'medium' || rule.level === 'high' || rule.level === 'critical';

describe('the starter hunts', () => {
  it('load without an error', () => {
    expect(errors).toEqual([]);
    expect(filters).toEqual([]);
    expect(correlations.length).toBeGreaterThanOrEqual(6);
    expect(rules.length).toBeGreaterThanOrEqual(18);
  });

  it.each([...rules, ...correlations].map((rule) => [path.relative(folder, rule.path), rule] as const))(
    '%s says what a hunter needs',
    (file, rule) => {
      expect(rule.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(rule.license).toBe('Apache-2.0');
      expect(rule.author).toBe('huntbook');
      expect(['test', 'stable']).toContain(rule.status);
      expect(rule.title.length).toBeLessThan(110);
      expect(rule.description?.length).toBeGreaterThan(60);
      expect(rule.falsepositives.length).toBeGreaterThan(0);
      expect(rule.tags.some((tag) => /^attack\.t\d{4}(\.\d{3})?$/.test(tag))).toBe(true);
      expect(path.basename(file)).toMatch(/^[a-z0-9_]{10,90}\.yml$/);
      // The folder is the first tactic.
      expect(rule.tags.map((tag) => tag.replace('attack.', ''))).toContain(path.dirname(file));
    },
  );

  it('are each of a log source that is known', () => {
    for (const rule of rules)
      expect(routesOf(rule.logsource, 'auto', logSourceTable)?.length, rule.title).toBeGreaterThan(0);
  });

  it('have ids of their own', () => {
    const all = [...rules, ...correlations];
    expect(new Set(all.map((rule) => rule.id)).size).toBe(all.length);
    expect(new Set(all.map((rule) => rule.title)).size).toBe(all.length);
  });
});

describe.each([
  ['the default estate', {}],
  ['a small estate of another seed', { seed: 77, hosts: 6, events: 12_000 }],
])('over %s', (_name, options) => {
  let tally: Tally;
  beforeAll(() => {
    tally = huntEstate(options);
  });

  const single = allScenes.map((scene) => scene.id).filter((id) => !chainsOnly.has(id));
  it.each(single)('%s is found at level medium or above', (id) => {
    expect([...(tally.scenes.get(id) ?? [])].some(serious)).toBe(true);
  });

  it('every hunt finds something', () => {
    const found = new Set([
      ...tally.outside.keys(),
      ...[...tally.scenes.values()].flatMap((set) => [...set]),
    ]);
    expect(rules.filter((rule) => !found.has(rule)).map((rule) => rule.title)).toEqual([]);
  });

  it('ordinary life gives no finding at level medium or above, and some below', () => {
    const noise = [...tally.outside]
      .filter(([rule]) => serious(rule))
      .map(([rule, count]) => `${count} ${rule.title}`);
    expect(noise).toEqual([]);
    expect(tally.outside.size).toBeGreaterThan(0);
  });
});
