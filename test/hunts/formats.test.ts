import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRuleSet } from '../../src/detect/index.ts';
import { hunt, type Finding } from '../../src/hunt/index.ts';
import { writeLab, type LabResult, type WriteLabOptions } from '../../src/lab/index.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'huntbook-formats-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const hunts = path.resolve(import.meta.dirname, '../../hunts');

const estate = { hosts: 6, events: 12_000 } as const;
const forms: Readonly<Record<string, Partial<WriteLabOptions>>> = {
  'JSON lines as evtx_dump writes': { formats: ['ndjson'] },
  'flat JSON lines': { formats: ['ndjson'], shape: 'flat' },
  'JSON lines of Winlogbeat': { formats: ['ndjson'], shape: 'winlogbeat' },
  CSV: { formats: ['csv'] },
  'EVTX per channel': { formats: ['evtx'], evtxLayout: 'channel' },
};

async function findingsOf(result: LabResult): Promise<Finding[]> {
  const { set } = await loadRuleSet([hunts], { mode: 'auto', cacheDir: null });
  const findings: Finding[] = [];
  const summary = await hunt({
    paths: [result.eventsFolder],
    rules: set,
    onFinding: (finding) => void findings.push(finding),
  });
  expect(summary.events).toBe(result.events);
  expect(summary.issues).toEqual([]);
  return findings;
}

const place = (event: { host: unknown; channel: unknown; recordId: unknown }) =>
  `${String(event.host)} ${String(event.channel)} ${String(event.recordId)}`;
/** Shippers cut times, so that the last of several events may be another; all of a correlation's events are the same. */
const places = ({ event, correlation, chain }: Finding): string =>
  // A process that two logs tell of is one process: which of its events stands for it is a matter of their clocks.
  chain
    ? chain.map(({ host, guid, step }) => `${host} ${guid} ${step}`).join(', ')
    : correlation
      ? correlation.events
          .map((one) => place(one.event))
          .toSorted()
          .join(', ')
      : place(event);
const pairs = (findings: readonly Finding[]) =>
  findings.map((finding) => `${finding.rule.title} ${places(finding)}`).toSorted();
let made = 0;
const make = (options: Partial<WriteLabOptions>) =>
  writeLab({ ...estate, out: path.join(scratch, String(made++)), ...options });
const reference = make({ formats: ['evtx'] });

/** Scenes of the truth that have a finding among their events. */
function scenesFound(result: LabResult, findings: readonly Finding[]): string[] {
  const hit = new Set(findings.map((finding) => place(finding.event)));
  return result.truth.scenes
    .filter((scene) => scene.events.some((event) => hit.has(place({ ...event, host: event.computer }))))
    .map((scene) => scene.id);
}

describe('the starter hunts over written estates', () => {
  it('find every scene of the truth in EVTX', async () => {
    const result = await reference;
    const findings = await findingsOf(result);
    expect(scenesFound(result, findings)).toEqual(result.truth.scenes.map((scene) => scene.id));
  });

  it.each(Object.entries(forms))('find the same in %s', async (_name, options) => {
    const expected = pairs(await findingsOf(await reference));
    expect(expected.length).toBeGreaterThan(100);
    expect(pairs(await findingsOf(await make(options)))).toEqual(expected);
  });

  it('find most scenes with Sysmon alone, and many with the Security log alone', async () => {
    const result = await reference;
    const findings = (await findingsOf(result)).filter((finding) => finding.rule.level !== 'informational');
    const sysmon = findings.filter((finding) => finding.event.channel?.includes('Sysmon'));
    expect(scenesFound(result, sysmon).length).toBeGreaterThanOrEqual(16);
    const audit = findings.filter((finding) => finding.event.channel === 'Security');
    expect(scenesFound(result, audit).length).toBeGreaterThanOrEqual(12);
  });
});
