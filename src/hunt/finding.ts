/** From a match to a finding: the whole event, the evidence, and an id that is the same on every run. */
import { hash } from 'node:crypto';
import { toJson } from '../events/index.ts';
import type { CompiledRule, Match } from '../detect/index.ts';
import type { Finding } from './types.ts';

/**
 * The id is a digest of the rule and of what the event says, not of where its file lies: the same event read from
 * two copies, or after the folder moved, is the same finding.
 */
export function makeFinding({ info }: CompiledRule, match: Match): Finding {
  const event = match.batch.event(match.row);
  const { source, ...content } = event;
  const identity = toJson([info.id ?? info.title, content]);
  const { id, title, level, status, path, tags } = info;
  return {
    id: hash('sha256', identity, 'hex').slice(0, 32),
    rule: { id, title, level, status, path, tags },
    event: {
      source,
      channel: content.channel,
      provider: content.provider,
      eventId: content.eventId,
      recordId: content.recordId,
      time: content.time,
      host: content.host,
      fields: content.fields,
    },
    matched: match.evidence(event),
  };
}
