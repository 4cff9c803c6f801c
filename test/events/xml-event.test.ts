import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventXml, unescapeXml } from '../../src/events/xml-event.ts';

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
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><Event></Event>'],
    ['a document type inside', '<Event><!DOCTYPE x><System/></Event>'],
    ['a comment that is its own end', '<Event><!--></Event>'],
    ['very many elements', `<Event>${'<a/>'.repeat(60_000)}</Event>`],
    ['too deep', '<Event>'.repeat(100) + '</Event>'.repeat(100)],
  ])('gives null for %s', (_name, text) => {
    expect(parseEventXml(text)).toBe(null);
  });

  it('keeps other attributes of named data, takes nested data apart, and leaves empty names out', () => {
    const xml = `<Event><EventData><Data Name="A" Type="t">1</Data><ComplexData Name="B"><c>2</c></ComplexData>
      <Data Name="">3</Data><Data Name="A">4</Data></EventData></Event>`;
    expect(parseEventXml(xml)).toEqual({
      Event: {
        EventData: { A: [{ '#attributes': { Type: 't' }, '#text': '1' }, '4'], B: { c: '2' }, Data: '3' },
      },
    });
  });

  it('knows no entities but the five', () => {
    const event = parseEventXml(
      '<Event><EventData><Data Name="A">&a;&LT;&#x110000;</Data></EventData></Event>',
    );
    expect(event).toEqual({ Event: { EventData: { A: '&a;&LT;&#x110000;' } } });
  });

  it('takes the depth it is given, however deep', () => {
    const nested = (depth: number): string => `<Event>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</Event>`;
    expect(parseEventXml(nested(9), 10)).not.toBe(null);
    expect(parseEventXml(nested(10), 10)).toBe(null);
    expect(parseEventXml(nested(40_000), 1e6)).not.toBe(null);
  });

  it('keeps any text through escaping', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
        expect(unescapeXml(escaped)).toBe(text);
      }),
    );
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
      parseEventXml(`<Event><a${part.repeat(100_000)}`);
      expect(performance.now() - began).toBeLessThan(2000);
    }
  });
});
