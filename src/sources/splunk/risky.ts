/**
 * Commands that write, send or run something. The list is that of Splunk's own safeguards, with those of earlier
 * versions and of the AI toolkit and DB Connect, and `rest`, which reads the server's own settings.
 * https://help.splunk.com/en/splunk-enterprise/administer/manage-users-and-security/10.2/best-practices-for-splunk-platform-security/spl-safeguards-for-risky-commands/commands-that-trigger-spl-safeguards
 */
import { HuntbookError } from '../../errors.ts';
import { scanSpl, type SplScan } from './spl-scan.ts';

export const riskyCommands: ReadonlySet<string> = new Set(
  `ai aiagent collect crawl createrss dbxoutput dbxquery delete deletemodel dump fit input map mcollect meventcollect
  outputcsv outputlookup outputtelemetry outputtext rest run runshellscript script sendalert sendemail stash summaryindex
  tscollect`.split(/\s+/),
);
/** Commands that run a search which is stored on the server. */
const stored = new Set(['savedsearch']);

/** Throws HB_QUERY_RISKY. Where a backslash can be read in two ways, both readings have to be free of risk. */
export function refuseRisky(query: string): void {
  const names = [scanSpl(query), scanSpl(query, { escapes: false })].flatMap(({ commands }) =>
    commands.map(({ name }) => name).filter((name) => riskyCommands.has(name)),
  );
  if (names.length === 0) return;
  const list = [...new Set(names)].join(', ');
  throw new HuntbookError(
    'HB_QUERY_RISKY',
    `the search has commands that write, send or run something: ${list}`,
  );
}

/** What could not be looked into. */
export function riskNotices(scan: SplScan): string[] {
  const notices: string[] = [];
  const macros = [...new Set(scan.macros)];
  if (macros.length > 0) {
    notices.push(
      `Splunk puts its own text for the macro ${macros.join(', ')}; its commands were not checked`,
    );
  }
  if (scan.commands.some(({ name }) => stored.has(name))) {
    notices.push('the search runs a saved search; its commands were not checked');
  }
  return notices;
}
