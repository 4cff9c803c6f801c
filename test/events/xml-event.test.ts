import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventXml } from '../../src/events/xml-event.ts';

describe('parseEventXml', () => {
  it('gives the nested form with named data as members', () => {
    const xml = `<?xml version="1.0"?><!-- <x> --><Event xmlns="u"><System><Provider Name='P' Guid="{g}"/><EventID Qualifiers='16'>7</EventID></System>
      <EventData><Data Name="A">1 &lt; 2 &amp; &#65;&#x42;</Data><Data Name="B"/><Data>x</Data><Data><![CDATA[<y>&amp;]]></Data></EventData></Event>`;
    expect(parseEventXml(xml)).toEqual({
      Event: {
        '#attributes': { xmlns: 'u' },
        System: {
          Provider: { '#attributes': { Name: 'P', Guid: '{g}' } },
          EventID: { '#attributes': { Qualifiers: '16' }, '#text': '7' },
        },
        EventData: { A: '1 < 2 & AB', B: '', Data: ['x', '<y>&amp;'] },
      },
    });
  });

  it.each([
    ['no event', '<Other/>'],
    ['cut', '<Event><System>'],
    ['crossed', '<Event><a></Event></a>'],
    ['an open tag', '<Event><a b="'],
    ['an open comment', '<Event><!-- '],
    ['text', 'hello'],
    ['nothing', ''],
    ['too deep', '<Event>'.repeat(100) + '</Event>'.repeat(100)],
  ])('gives null for %s', (_name, text) => {
    expect(parseEventXml(text)).toBe(null);
  });

  it('expands no entities of its own making', () => {
    const xml =
      '<!DOCTYPE x [<!ENTITY a "aaaa">]><Event><EventData><Data Name="A">&a;</Data></EventData></Event>';
    expect(JSON.stringify(parseEventXml(xml)) ?? 'null').not.toContain('aaaa');
  });

  it('makes nothing of names that are special in JavaScript', () => {
    const event = parseEventXml('<Event><EventData><Data Name="__proto__">x</Data></EventData></Event>');
    const data = (event as { Event: { EventData: object } }).Event.EventData;
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(Object.hasOwn(data, '__proto__')).toBe(true);
  });

  it('never throws, and stays fast on hostile text', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      "'",
      '=',
      'Event',
      '<Event>',
      '</Event>',
      '<!--',
      '<![CDATA[',
      '&',
      ';',
      '#',
      'a ',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        (parts) => void parseEventXml(`<Event>${parts.join('')}`),
      ),
    );
    for (const part of ['<a ', '<!--', '<a "', 'aaaa', '&#', '<Event>', ' ', '/']) {
      const began = performance.now();
      parseEventXml(`<Event ${part.repeat(100_000)}`);
      parseEventXml(`<Event>${part.repeat(100_000)}`);
      expect(performance.now() - began).toBeLessThan(2000);
    }
  });
});
