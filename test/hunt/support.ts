/** A small estate for all hunt tests of one process, and the hunts on it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadRuleSet, type RuleSet } from '../../src/detect/index.ts';
import { hunt, type Finding, type HuntOptions, type HuntSummary } from '../../src/hunt/index.ts';
import { writeLab, type LabResult } from '../../src/lab/index.ts';

export const huntsFolder = path.resolve(import.meta.dirname, '../../hunts');

export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function makeEstate(out: string): Promise<LabResult> {
  return writeLab({ out, hosts: 5, hours: 10, events: 6000, formats: ['ndjson', 'evtx', 'csv'] });
}

export async function rulesIn(...paths: string[]): Promise<RuleSet> {
  return (await loadRuleSet(paths, { cacheDir: null })).set;
}

export async function collect(
  options: Omit<HuntOptions, 'onFinding'>,
): Promise<{ findings: Finding[]; summary: HuntSummary }> {
  const findings: Finding[] = [];
  const summary = await hunt({ ...options, onFinding: (finding) => void findings.push(finding) });
  return { findings, summary };
}
