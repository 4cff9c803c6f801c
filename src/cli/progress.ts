/** Progress on standard error: a bar on a terminal, otherwise a line every ten seconds. */
import type { HuntProgress } from '../hunt/index.ts';
import { fitWidth, terminalText } from '../escape/index.ts';

export interface Progress {
  update(progress: HuntProgress): void;
  /** Takes the bar away. */
  end(): void;
}

const barWidth = 24;
const redrawEvery = 100;
const lineEvery = 10_000;

export function startProgress(quiet: boolean, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (quiet) return { update: () => {}, end: () => {} };
  const started = performance.now();
  let shown = stream.isTTY ? 0 : started;
  let drawn = false;
  return {
    update(progress) {
      const now = performance.now();
      if (now - shown < (stream.isTTY ? redrawEvery : lineEvery)) return;
      shown = now;
      const text = describe(progress, (now - started) / 1000, stream.isTTY);
      if (stream.isTTY) stream.write(`\r\u001b[2K${fitWidth(text, (stream.columns ?? 80) - 1)}`);
      else stream.write(`${text}\n`);
      drawn = true;
    },
    end() {
      if (drawn && stream.isTTY) stream.write('\r\u001b[2K');
      drawn = false;
    },
  };
}

function describe(
  { bytes, totalBytes, events, current }: HuntProgress,
  seconds: number,
  bar: boolean,
): string {
  const part = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0;
  const filled = Math.round(part * barWidth);
  const left = part > 0.01 ? ` ${Math.ceil((seconds / part) * (1 - part))} s left` : '';
  const rate = `${Math.round(events / Math.max(seconds, 0.001)).toLocaleString('en')} events/s`;
  const meter = bar ? `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ` : '';
  // Standard input and pipes have no size to be a part of.
  const share = totalBytes > 0 ? `${Math.round(part * 100)}% ` : '';
  return `${totalBytes > 0 ? meter : ''}${share}${events.toLocaleString('en')} events ${rate}${left} ${terminalText(current)}`;
}
