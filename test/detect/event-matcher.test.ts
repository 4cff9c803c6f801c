import { describe, expect, it } from 'vitest';
import { compile } from '../../src/detect/index.ts';
import { parseRules } from '../../src/sigma/index.ts';

const text = `
title: Whoami
logsource: { product: windows, category: process_creation }
detection:
  selection:
    Image|endswith: \\whoami.exe
  condition: selection
---
title: No whoami of administrators
filter:
  rules: any
  selection:
    User: admin
  condition: not selection
logsource: { product: windows, category: process_creation }
---
title: Nothing here names a field of an event
logsource: { product: windows, service: nowhere }
detection:
  selection:
    A: 1
  condition: selection
`;

describe('compile', () => {
  const matcher = compile(parseRules(text, 'rules.yml'));
  const event = {
    EventID: 1,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Image: 'C:\\Windows\\System32\\WHOAMI.exe',
  };
  const titles = (fields: object): string[] => matcher.match({ ...fields }).map(({ title }) => title);

  it('names the rules that hold for an event', () => {
    expect(titles(event)).toEqual(['Whoami']);
    expect(titles({ ...event, EventID: 3 })).toEqual([]);
  });

  it('takes events in the shape of a shipper', () => {
    const winlog = {
      event_id: '1',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      event_data: { Image: 'C:\\whoami.exe' },
    };
    expect(titles({ '@timestamp': '2025-03-03T09:00:00Z', winlog })).toEqual(['Whoami']);
  });

  it('applies filters', () => {
    expect(titles({ ...event, User: 'Admin' })).toEqual([]);
  });

  it('says what it can not run', () => {
    expect(matcher.refused.map(({ title }) => title)).toEqual(['Nothing here names a field of an event']);
  });
});
