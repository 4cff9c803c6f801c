/** A thread of a hunt: scans the inputs it is given, sends findings in order. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { RuleSet, type StoredRules } from '../detect/index.ts';
import type { ProcessFact } from '../process/index.ts';
import { fileInput } from '../sources/index.ts';
import type { BaseMatch } from './base-match.ts';
import type { FromWorker, ScanJob, ToWorker } from './parallel.ts';
import { Scanner, type ScanOptions, type ScanPlan } from './scanner.ts';
import type { Finding } from './types.ts';

const port = parentPort as MessagePort;
const { rules, plan, scan } = workerData as {
  rules: StoredRules;
  plan: ScanPlan;
  scan: ScanOptions;
};
const scanner = new Scanner(new RuleSet(rules), plan, scan);

const send = (message: FromWorker): void => port.postMessage(message);

async function run({ unit, path, size, named }: ScanJob): Promise<void> {
  let findings: Finding[] = [];
  let matches: BaseMatch[] = [];
  let processes: ProcessFact[] = [];
  const flush = (): void => {
    if (findings.length + matches.length + processes.length > 0)
      send({ kind: 'found', unit, findings, matches, processes });
    findings = [];
    matches = [];
    processes = [];
  };
  const onFinding = (finding: Finding): void => {
    if (findings.push(finding) >= 200) flush();
  };
  const onMatch = (match: BaseMatch): void => {
    if (matches.push(match) >= 200) flush();
  };
  const onProcess = (fact: ProcessFact): void => {
    if (processes.push(fact) >= 1000) flush();
  };
  let reported = 0;
  const onProgress = (bytes: number): void => {
    const now = performance.now();
    if (now - reported < 100) return;
    reported = now;
    send({ kind: 'progress', unit, bytes, events: scanner.events });
  };
  await scanner.scan(fileInput(path), named, { onFinding, onMatch, onProcess, onProgress });
  flush();
  send({ kind: 'progress', unit, bytes: size, events: scanner.events });
  send({ kind: 'done', unit });
}

port.on('message', (message: ToWorker) => {
  if (message.kind === 'scan') {
    void run(message);
    return;
  }
  send({ kind: 'result', result: scanner.result() });
  port.close();
});
