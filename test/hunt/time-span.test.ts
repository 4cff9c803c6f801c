import { describe, expect, it } from 'vitest';
import { FieldTable, ObjectBatch } from '../../src/events/index.ts';
import { TimeSpan } from '../../src/hunt/time-span.ts';

function spanOf(times: readonly string[]): [string | null, string | null] {
  const batch = new ObjectBatch('test', new FieldTable());
  const whole = { source: 'test', channel: null, provider: null, eventId: null, recordId: null, host: null };
  times.forEach((time, i) => batch.add({ ...whole, time, fields: { SystemTime: time } }, i + 1));
  const span = new TimeSpan();
  span.add(batch.batch);
  return [span.first, span.last];
}

describe('the time span of a hunt', () => {
  it('is that of the times, whatever their form and order', () => {
    const [first, last] = spanOf([
      '2024-02-01T00:00:00Z',
      '2024-01-01 00:00:00.5',
      '2024-01-15T00:00:00.123Z',
    ]);
    expect([first, last].map((time) => time?.slice(0, 10))).toEqual(['2024-01-01', '2024-02-01']);
  });

  it('is that of the moments, when times are told in several zones', () => {
    expect(
      spanOf(['2024-01-01T10:00:00+05:00', '2024-01-01T10:30:00-05:00', '2024-01-01T11:00:00+05:00']),
    ).toEqual(['2024-01-01T05:00:00Z', '2024-01-01T15:30:00Z']);
  });

  it('is not hidden by a text that is no time', () => {
    const [first, last] = spanOf(['2024-01-01T00:00:00Z', 'zzzz-zz-zzTzz:zz:zzZ', '2024-02-01T00:00:00Z']);
    expect([first, last].map((time) => time?.slice(0, 10))).toEqual(['2024-01-01', '2024-02-01']);
  });
});
