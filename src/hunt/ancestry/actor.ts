/** What an event itself says of the process that acted in it. */
import { isoTime } from '../../detect/index.ts';
import type { HuntEvent } from '../../events/index.ts';
import { actorOf, startOf, type Actor, type ProcessInfo, type ProcessStart } from '../../process/index.ts';

/** Where events name the image of the process that acts. */
const imageFields = ['Image', 'NewProcessName', 'SourceImage', 'ProcessName', 'Application'];
const userFields = ['User', 'SourceUser', 'SubjectUserName'];

/** Null where no process acts: process id 0 stands for none in logons from elsewhere. */
export function actingIn(event: HuntEvent): Actor | null {
  const actor = actorOf(event);
  return actor !== null && (actor.guid !== null || actor.pid !== 0) ? actor : null;
}

/** A process whose creation is not known, as far as an event of its own tells. */
export function actorInfo({ host, guid, pid }: Actor, event: HuntEvent): ProcessInfo {
  return {
    host,
    guid,
    pid,
    image: textOf(event, imageFields),
    commandLine: null,
    user: textOf(event, userFields),
    start: null,
    end: null,
    known: false,
    link: null,
  };
}

/** A process by the event of its creation; null: the event is none. */
export function createdIn(event: HuntEvent): { info: ProcessInfo; start: ProcessStart } | null {
  const start = startOf(event);
  if (start === null) return null;
  const { host, guid, pid, image, commandLine, user, time } = start;
  const info: ProcessInfo = {
    host,
    guid,
    pid,
    image,
    commandLine,
    user,
    start: time === null ? null : isoTime(time),
    end: null,
    known: true,
    link: null,
  };
  return { info, start };
}

function textOf({ fields }: HuntEvent, names: readonly string[]): string | null {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '' && value !== '-') return value;
  }
  return null;
}
