/** Trees of Security-Datasets: every parent that a GUID names is the right one, and rows tell what events tell. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FieldTable } from '../../src/events/index.ts';
import {
  endOf,
  Link,
  ProcessReader,
  ProcessTreeBuilder,
  startOf,
  type ProcessStart,
} from '../../src/process/index.ts';
import { defaultLimits, readAll } from '../../src/sources/index.ts';
import { sharedPath } from '../support/data.ts';

const data = sharedPath('data', 'mordor');

/** For each set: processes with a GUID, links that a GUID resolves, those whose parent's event has no process id. */
const expected: Readonly<
  Record<string, readonly [processes: number, links: number, parentsWithoutId: number]>
> = {
  cmd_lsass_memory_dumpert_syscalls: [1, 0, 0],
  cmd_psexec_lsa_secrets_dump: [4, 2, 0],
  covenant_dcsync_dcerpc_drsuapi_DsGetNCChanges: [0, 0, 0],
  covenant_persistwmi: [0, 0, 0],
  covenant_wmi_remote_event_subscription_ActiveScriptEventConsumers: [5, 0, 0],
  empire_dcom_shellwindows_stager: [80, 27, 27],
  empire_persistence_registry_modification_run_keys_elevated_user: [0, 0, 0],
  empire_psexec_dcerpc_tcp_svcctl: [6, 3, 3],
  empire_schtasks_creation_standard_user: [1, 0, 0],
  empire_shell_rubeus_asktgt_ptt: [3, 0, 0],
  empire_uac_shellapi_fodhelper: [18, 5, 0],
  metasploit_comsvcs_lsass_memory_dump: [127, 88, 0],
  metasploit_logonpasswords_lsass_memory_dump: [269, 237, 0],
  'metasploit_out-minidump_lsass_memory_dump': [104, 40, 0],
  metasploit_procdump_lsass_memory_dump: [138, 102, 0],
  psh_lsass_memory_dump_comsvcs: [1, 0, 0],
  purplesharp_ad_playbook_I: [24, 6, 0],
  rdp_interactive_taskmanager_lsass_dump: [17, 2, 2],
};

const files = data.missing ? [] : readdirSync(data.path).filter((name) => /\.(zip|tar\.gz)$/.test(name));

describe('trees of Security-Datasets', () => {
  it.skipIf(data.missing)(`cover all sets${data.note}`, () => {
    expect(files.map((name) => name.replace(/\.(zip|tar\.gz)$/, '')).sort()).toEqual(
      Object.keys(expected).sort(),
    );
  });

  it.skipIf(data.missing).each(files)('%s', async (name) => {
    const fields = new FieldTable();
    const reader = new ProcessReader(fields);
    const builder = new ProcessTreeBuilder();
    const starts: ProcessStart[] = [];
    const options = { fields, limits: defaultLimits, onIssue: () => {} };
    for await (const batch of readAll([path.join(data.path, name)], options))
      for (let row = 0; row < batch.length; row++) {
        const fact = reader.read(batch, row);
        const event = batch.event(row);
        const start = startOf(event);
        const end = endOf(event);
        expect(fact).toEqual(start ? { kind: 'start', ...start } : end ? { kind: 'end', ...end } : null);
        if (end) builder.end(end);
        if (!start) continue;
        builder.add(start);
        starts.push(start);
      }
    const tree = builder.build();
    const keyOf = (host: string, guid: string | null): string => `${host.toLowerCase()} ${guid}`;
    const named = new Map(
      starts.flatMap((one) => (one.guid === null ? [] : [[keyOf(one.host, one.guid), one]])),
    );
    let links = 0;
    let withoutId = 0;
    for (const child of named.values()) {
      const parent = named.get(keyOf(child.host, child.parentGuid));
      const node = tree.find(child.host, child.guid, null, null);
      const above = tree.parent[node] as number;
      if (!parent) {
        // Never one that has another GUID.
        if (above >= 0 && above < tree.known) expect(tree.guid(above)).toBeNull();
        continue;
      }
      links++;
      if (parent.pid === null) withoutId++;
      expect(tree.link[node]).toBe(Link.guid);
      expect([tree.guid(above), tree.hosts[tree.hostId[above] as number]]).toEqual([
        parent.guid,
        parent.host,
      ]);
    }
    expect([named.size, links, withoutId]).toEqual(expected[name.replace(/\.(zip|tar\.gz)$/, '')]);
  });
});
