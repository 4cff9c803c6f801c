/** Answers of the server. Messages have the shape that clients of Splunk read: `<response><messages><msg …>`. */
import { xmlText } from './xml.ts';

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are written as the client takes them. */
  readonly body: string | AsyncIterable<string> | Iterable<string>;
}

export type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

export interface Message {
  readonly type: Level;
  readonly text: string;
}

/** An answer that is an error: thrown by whoever finds it. */
export class Refusal extends Error {
  readonly status: number;
  readonly level: Level;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, level: Level, text: string, headers: Readonly<Record<string, string>> = {}) {
    super(text);
    this.status = status;
    this.level = level;
    this.headers = headers;
  }
}

const xmlType = 'text/xml; charset=UTF-8';
const jsonType = 'application/json; charset=UTF-8';
const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function xmlReply(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, type: xmlType, headers, body: xmlHead + body };
}

/** On one line: the Python client reads JSON line by line. */
export function jsonReply(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, type: jsonType, headers, body: `${JSON.stringify(value)}\n` };
}

export function messageReply(
  json: boolean,
  status: number,
  messages: readonly Message[],
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return json
    ? jsonReply({ messages }, status, headers)
    : xmlReply(`<response>\n  ${messagesXml(messages)}\n</response>\n`, status, headers);
}

export function messagesXml(messages: readonly Message[]): string {
  const lines = messages.map(({ type, text }) => `<msg type="${type}">${xmlText(text)}</msg>`);
  return `<messages>${lines.join('')}</messages>`;
}
