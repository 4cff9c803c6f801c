/**
 * Winlogbeat 6, 7 and 8. From 7 on everything of Windows stands below `winlog` (field reference "Winlogbeat
 * fields" of Elastic: winlog.event_id, winlog.event_data.*, winlog.user_data.*, ...); 6 has the same members at the
 * top. Recognised by `winlog`, or by the names of version 6, which nothing else uses.
 */
import { plain, standIn, system, type PathMapping, type Shape, Trait } from './shape.ts';

const below: Record<string, PathMapping | undefined> = {
  channel: system('Channel'),
  event_id: system('EventID', Trait.number),
  provider_name: system('Provider_Name'),
  provider_guid: system('Provider_Guid'),
  computer_name: system('Computer'),
  record_id: system('EventRecordID'),
  activity_id: system('Correlation_ActivityID'),
  related_activity_id: system('Correlation_RelatedActivityID'),
  keywords: system('Keywords'),
  level: system('Level'),
  opcode: system('Opcode'),
  task: system('Task'),
  version: system('Version'),
  time_created: system('SystemTime'),
  'process.pid': system('Execution_ProcessID'),
  'process.thread.id': system('Execution_ThreadID'),
  'user.identifier': system('Security_UserID'),
};

const top: Record<string, PathMapping | undefined> = {
  event_id: standIn('EventID', 1, undefined, Trait.number),
  log_name: standIn('Channel', 2),
  source_name: standIn('Provider_Name', 2),
  provider_guid: standIn('Provider_Guid', 2),
  computer_name: standIn('Computer', 3),
  record_number: standIn('EventRecordID', 2),
  process_id: standIn('Execution_ProcessID', 2),
  thread_id: standIn('Execution_ThreadID', 2),
  activity_id: standIn('Correlation_ActivityID', 2),
  'user.identifier': standIn('Security_UserID', 2),
};

export const winlogbeat: Shape = {
  name: 'winlogbeat',
  mapPath(path) {
    const first = path[0] as string;
    if (first === 'winlog') {
      if (path.length === 1) return plain('winlog', Trait.container);
      if (path[1] === 'event_data') return mapData(path, 2);
      if (path[1] === 'user_data') return mapData(path, 2);
      const member = path.slice(1).join('.');
      return Object.hasOwn(below, member) ? below[member] : plain(`winlog.${member}`);
    }
    if (first === 'event_data' || first === 'user_data') return mapData(path, 1);
    const name = path.join('.');
    return Object.hasOwn(top, name) ? top[name] : undefined;
  },
};

/** Winlogbeat drops the wrapping element of `UserData` itself and keeps its name in `xml_name`. */
function mapData(path: readonly string[], depth: number): PathMapping {
  if (path.length > depth) return plain(path.slice(depth).join('.'), Trait.data);
  return plain(path.join('.'), Trait.container);
}
