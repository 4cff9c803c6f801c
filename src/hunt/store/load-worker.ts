/** A thread that loads one group of files; see `load-threads.ts`. */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { asHuntbookError } from '../../errors.ts';
import { fileInput } from '../../sources/index.ts';
import { loadGroup } from './load-group.ts';
import type { FromLoader, LoadJob } from './load-threads.ts';

const port = parentPort as MessagePort;
const { inputs, totalBytes, file, options } = workerData as LoadJob;
const send = (message: FromLoader): void => port.postMessage(message);

const stop = new AbortController();
// The only message there is.
port.on('message', () => stop.abort());

let reported = 0;
try {
  // It may have come before the thread had begun.
  await setImmediate();
  const list = inputs.map(({ name, path, size, named }) => ({
    input: { name, path, size, stream: () => fileInput(path).stream() },
    named,
  }));
  const group = await loadGroup({ inputs: list, totalBytes }, file, {
    ...options,
    signal: stop.signal,
    onProgress({ bytes, events, current }) {
      const now = performance.now();
      if (now - reported < 100 && bytes < totalBytes) return;
      reported = now;
      send({ kind: 'progress', bytes, events, current });
    },
  });
  send({ kind: 'loaded', group });
} catch (error) {
  // Errors lose their class on the way; this one is made again on the other side.
  const { code, message, hint, position } = asHuntbookError(error, 'HB_INTERNAL');
  send({ kind: 'failed', code, message, hint, position });
}
port.close();
