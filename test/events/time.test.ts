import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toIsoTime, toMillis, toTicks, type Value } from '../../src/events/index.ts';
import { lacksZone, zoneQuarters } from '../../src/events/time.ts';

describe('toIsoTime', () => {
  const forms: [Value, string | null][] = [
    ['2020-09-22 04:37:45', '2020-09-22T04:37:45Z'],
    ['2020-09-22 04:37:45.799', '2020-09-22T04:37:45.799Z'],
    ['2020-09-22 04:37:45,799', '2020-09-22T04:37:45.799Z'],
    ['2020-09-22T08:37:48.541Z', '2020-09-22T08:37:48.541Z'],
    ['2020-09-22T08:37:48.1234567Z', '2020-09-22T08:37:48.1234567Z'],
    ['2020-09-22T08:37:48.123456789Z', '2020-09-22T08:37:48.1234567Z'],
    ['2020-09-22T08:37:48.5+02:00', '2020-09-22T06:37:48.5Z'],
    ['2020-09-22T08:37:48.000-0530', '2020-09-22T14:07:48Z'],
    ['2020-09-22 08:37:48 UTC', '2020-09-22T08:37:48Z'],
    ['2020-09-22', '2020-09-22T00:00:00Z'],
    ['09/22/2020 08:37:48 PM', '2020-09-22T20:37:48Z'],
    ['12/31/2020 12:00:00 AM', '2020-12-31T00:00:00Z'],
    [1600763865, '2020-09-22T08:37:45Z'],
    [1600763865.25, '2020-09-22T08:37:45.25Z'],
    ['1600763865.1234567', '2020-09-22T08:37:45.1234567Z'],
    [1600763865799, '2020-09-22T08:37:45.799Z'],
    [1600763865799123, '2020-09-22T08:37:45.799123Z'],
    [1600763865799123456n, '2020-09-22T08:37:45.7991234Z'],
    [132452374657991234n, '2020-09-22T08:37:45.7991234Z'],
    ['132452374657991234', '2020-09-22T08:37:45.7991234Z'],
    ['/Date(1600763865799)/', '2020-09-22T08:37:45.799Z'],
    ['/Date(1600763865799+0200)/', '2020-09-22T08:37:45.799Z'],
    ['1601-01-01T00:00:00.0000001Z', '1601-01-01T00:00:00.0000001Z'],
    ['2020-02-30 00:00:00', null],
    ['2020-13-01 00:00:00', null],
    ['yesterday', null],
    ['', null],
    ['1'.repeat(1000), null],
    [Number.NaN, null],
    [1e300, null],
    [null, null],
    [true, null],
  ];
  it.each(forms)('reads %s as %s', (value, expected) => {
    expect(toIsoTime(value)).toBe(expected);
  });

  it('keeps every tick there and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -116_444_736_000_000_000n, max: 2_534_023_007_999_999_999n }), (ticks) => {
        const whole = ticks / 10_000n - (ticks % 10_000n < 0n ? 1n : 0n);
        const date = new Date(Number(whole)).toISOString().slice(0, 23);
        const rest = String(ticks - whole * 10_000n).padStart(4, '0');
        expect(toTicks(`${date}${rest}Z`)).toBe(ticks);
        expect(toTicks(toIsoTime(`${date}${rest}Z`) as string)).toBe(ticks);
      }),
    );
  });

  it('gives milliseconds with a fraction', () => {
    expect(toMillis('1970-01-01T00:00:01.0005Z')).toBe(1000.5);
    expect(toMillis('no time')).toBe(null);
  });
});

describe('zones', () => {
  it('are missed in wall clock times only', () => {
    for (const text of ['2020-09-22 04:37:45', '2020-09-22T04:37:45.1', '09/22/2020 4:37:45 AM'])
      expect(lacksZone(text)).toBe(true);
    for (const text of [
      '2020-09-22T04:37:45Z',
      '2020-09-22T04:37:45+02:00',
      '1600763865',
      '2020-09-22 04:37:45 UTC',
    ]) {
      expect(lacksZone(text)).toBe(false);
    }
  });

  it('are found from one moment told twice', () => {
    expect(zoneQuarters('2020-09-22 04:37:48', '2020-09-22T08:37:48.541Z')).toBe(-16);
    expect(zoneQuarters('2020-09-23 00:07:50', '2020-09-22T18:37:48Z')).toBe(22);
    expect(zoneQuarters('2020-09-22 08:37:48', '2020-09-22T08:37:48Z')).toBe(0);
    expect(zoneQuarters('2020-09-22 08:37:48', '2020-09-25T08:37:48Z')).toBe(0);
    expect(zoneQuarters('2020-09-22 08:37:48', '2020-09-22T08:45:30Z')).toBe(0);
    expect(zoneQuarters(undefined, '2020-09-22T08:37:48Z')).toBe(0);
  });
});
