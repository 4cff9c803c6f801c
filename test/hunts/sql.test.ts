import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assignParameters,
  hunt,
  levelRank,
  loadSqlHunts,
  sqlHuntInfo,
  type Finding,
} from '../../src/hunt/index.ts';
import { writeLab } from '../../src/lab/index.ts';
import { huntsFolder, rulesIn, temporaryFolder } from '../hunt/support.ts';

const rules = await rulesIn(huntsFolder);
const { hunts, refused } = loadSqlHunts(rules.sqlHunts);
const { folder, remove } = temporaryFolder();
afterAll(remove);

/** Scenes that each hunt is to find, whatever the estate. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  'Process Reads Lsass and Writes a File': ['lsass-dump-taskmgr', 'lsass-dump-comsvcs'],
  'Process Started by a Parent That Rarely Starts It': ['office-macro-chain', 'cmd-powershell-word-chain'],
  'Process Connects Outside and Then Writes a Program': ['bitsadmin-download'],
};

describe('the SQL hunts that come with huntbook', () => {
  it('are read, and each has its scenes here', () => {
    expect(refused).toEqual([]);
    expect(hunts.map(({ title }) => title).toSorted()).toEqual(Object.keys(wanted).toSorted());
  });

  it.each(hunts.map((one) => [path.relative(huntsFolder, one.path), one] as const))(
    '%s says what a hunter needs',
    (file, one) => {
      expect(one.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(one.license).toBe('Apache-2.0');
      expect(one.author).toBe('huntbook');
      expect(one.level).not.toBeNull();
      expect(one.description?.length).toBeGreaterThan(60);
      expect(one.falsepositives.length).toBeGreaterThan(0);
      expect(one.tags.some((tag) => /^attack\.t\d{4}(\.\d{3})?$/.test(tag))).toBe(true);
      expect(path.basename(file)).toMatch(/^sql_[a-z0-9_]{6,80}\.yml$/);
      expect(one.tags.map((tag) => tag.replace('attack.', ''))).toContain(path.dirname(file));
      for (const parameter of one.parameters) expect(parameter.description?.length).toBeGreaterThan(10);
    },
  );
});

describe.each([
  ['the default estate', {}],
  ['a small estate of another seed', { seed: 77, hosts: 6, events: 12_000 }],
])('SQL hunts over %s', (_name, options) => {
  const scenes = new Map<string, Set<string>>();
  const outside: string[] = [];
  let findings: Finding[];

  beforeAll(async () => {
    const out = path.join(folder, JSON.stringify(options).replace(/\W+/g, '-'));
    const estate = await writeLab({ ...options, out, formats: ['ndjson'] });
    const labels = new Map(
      estate.truth.scenes.flatMap(({ id, events }) =>
        events.map(({ computer, channel, recordId }) => [`${computer} ${channel} ${recordId}`, id]),
      ),
    );
    findings = [];
    const titles = new Set(hunts.map((one) => sqlHuntInfo(one).title));
    const summary = await hunt({
      paths: [estate.eventsFolder],
      rules,
      rule: ({ title }) => titles.has(title),
      sqlHunts: assignParameters(hunts, []),
      onFinding: (finding) => void findings.push(finding),
    });
    expect(summary.refused).toEqual([]);
    for (const { rule, event } of findings) {
      const scene = labels.get(`${event.host} ${event.channel} ${String(event.recordId)}`);
      if (scene === undefined && levelRank(rule.level) >= levelRank('medium'))
        outside.push(`${rule.title}: ${JSON.stringify(event.fields)}`);
      else if (scene !== undefined) scenes.set(rule.title, (scenes.get(rule.title) ?? new Set()).add(scene));
    }
  }, 120_000);

  it.each(Object.entries(wanted))('%s finds its scenes', (title, expected) => {
    expect([...(scenes.get(title) ?? [])]).toEqual(expect.arrayContaining([...expected]));
  });

  it('ordinary life is quiet at level medium and above', () => {
    expect(outside).toEqual([]);
  });

  it('findings have a time, a host and an id of their own', () => {
    expect(findings.every(({ event }) => event.time !== null && event.host !== null)).toBe(true);
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
  });
});
