/**
 * The span of a search. Splunk's own forms (`-24h@h`, `now`, seconds since 1970) go as they are, ISO 8601 goes as
 * seconds since 1970, so that no time zone of the server or its user comes into it.
 */
import { HuntbookError } from '../../errors.ts';

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/** All time, unless said otherwise: the beginning is 0, the end is now. */
export const allTime = { earliest: '0', latest: 'now' } as const;

export function splunkTime(text: string): string {
  const trimmed = text.trim();
  const match = iso.exec(trimmed);
  if (match) return epoch(match, trimmed);
  if (/^rt/i.test(trimmed)) {
    throw new HuntbookError(
      'HB_USAGE',
      `${trimmed}: searches in real time have no end; huntbook does not run them`,
    );
  }
  if (!/^[\w@+.-]{1,64}$/.test(trimmed)) {
    throw new HuntbookError('HB_USAGE', `${JSON.stringify(text)} is no time`, {
      hint: 'Times are ISO 8601 (2020-10-17T15:00:00Z) or those of Splunk (-24h@h, now).',
    });
  }
  return trimmed;
}

function epoch(match: RegExpExecArray, text: string): string {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const parts = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [y, m, d, h, min, s] = parts;
  const time = Date.UTC(y, m - 1, d, h, min, s);
  const back = new Date(time);
  if (back.getUTCMonth() !== m - 1 || back.getUTCDate() !== d || h > 23 || min > 59 || s > 59) {
    throw new HuntbookError('HB_USAGE', `${text} is not in the calendar`);
  }
  const seconds = time / 1000 - offset(zone);
  const digits = fraction.replace(/0+$/, '');
  // Digits behind the point count forwards from the second, which is below zero before 1970.
  return digits === ''
    ? String(seconds)
    : seconds >= 0
      ? `${seconds}.${digits}`
      : String(seconds + Number(`0.${digits}`));
}

function offset(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60);
}
