/** JSON: one document in the versioned envelope of the command line, written while findings arrive. */
import type { Writable } from 'node:stream';
import { toJson } from '../events/index.ts';
import { FindingJson } from './finding-json.ts';
import { TextOut } from './text-out.ts';
import type { FindingSink, HuntSummary } from './types.ts';

export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly line?: number | null;
  readonly count?: number;
}

export function jsonSink(stream: Writable): FindingSink {
  const out = new TextOut(stream);
  const json = new FindingJson();
  let before = '{"schema":"huntbook/1","data":[\n';
  return {
    write(finding) {
      const text = before + json.render(finding);
      before = ',\n';
      return out.write(text);
    },
    async end(summary) {
      const open = before === ',\n' ? '' : before;
      const rest = `\n],"summary":${toJson(summary)},"warnings":${toJson(warningsOf(summary))}}\n`;
      await out.write(open + rest);
      await out.end();
    },
  };
}

/** What a reader of the findings has to know: what was not run, what could not be read, what was cut. */
export function warningsOf(summary: HuntSummary): Warning[] {
  const warnings: Warning[] = [];
  if (summary.truncated) {
    warnings.push({ code: 'HB_LIMIT', message: 'the run was interrupted before the end of the input' });
  }
  for (const { path, line, code, message } of summary.refused) warnings.push({ code, message, path, line });
  for (const { source, code, message, count } of summary.issues) {
    warnings.push({ code, message, path: source, count });
  }
  return warnings;
}
