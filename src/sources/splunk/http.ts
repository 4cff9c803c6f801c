/** A call to the server and its answer. */
import type { IncomingHttpHeaders } from 'node:http';

export type Params = Readonly<Record<string, string | number | undefined>>;

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** Below the URL of the server, encoded. */
  readonly path: string;
  readonly params?: Params;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** The server may be silent for as long as its search takes. */
  readonly long?: boolean;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Whether the server says where the body ends; a body that just stops can not be told from a whole one. */
  readonly framed: boolean;
  body(): AsyncGenerator<Uint8Array>;
  /** The whole body, or its beginning. */
  text(limit: number): Promise<string>;
  discard(): void;
}
