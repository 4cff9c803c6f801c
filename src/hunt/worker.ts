/** A thread of a hunt: scans the inputs it is given, sends findings in order. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { RuleSet, type StoredRules } from '../detect/index.ts';
import { fileInput } from '../sources/index.ts';
import type { FromWorker, ScanJob, ToWorker } from './parallel.ts';
import { Scanner, type ScanOptions } from './scanner.ts';
import type { Finding } from './types.ts';

const port = parentPort as MessagePort;
const { rules, active, scan } = workerData as {
  rules: StoredRules;
  active: readonly boolean[];
  scan: ScanOptions;
};
const scanner = new Scanner(new RuleSet(rules), (rule) => active[rule] as boolean, scan);

const send = (message: FromWorker): void => port.postMessage(message);

async function run({ unit, path, size, named }: ScanJob): Promise<void> {
  let held: Finding[] = [];
  const onFinding = (finding: Finding): void => {
    held.push(finding);
    if (held.length < 200) return;
    send({ kind: 'findings', unit, findings: held });
    held = [];
  };
  let reported = 0;
  const onProgress = (bytes: number): void => {
    const now = performance.now();
    if (now - reported < 100) return;
    reported = now;
    send({ kind: 'progress', unit, bytes, events: scanner.events });
  };
  await scanner.scan(fileInput(path), named, onFinding, onProgress);
  if (held.length > 0) send({ kind: 'findings', unit, findings: held });
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
