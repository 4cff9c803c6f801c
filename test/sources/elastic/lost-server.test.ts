/** Servers that die: every way ends in one error, and nothing is thrown elsewhere or printed. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { openElastic } from '../../../src/sources/index.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
  vi.restoreAllMocks();
});

async function serve(
  answer: (socket: Socket, write: (text: string) => void, end: (text: string) => void) => void,
): Promise<string> {
  server = createServer((request, response) => {
    request.resume();
    const head = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
    answer(
      request.socket,
      (text) => response.writeHead(200, head).write(text),
      (text) => response.writeHead(200, head).end(text),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const product of ['opensearch', 'elasticsearch'] as const) {
  it(`${product}: a search that is stopped while it waits throws once`, async () => {
    const abort = new AbortController();
    const url = await serve(() => setTimeout(() => abort.abort(), 20));
    const engine = await openElastic({ product, url });
    const thrown: unknown[] = [];
    const note = (error: unknown): void => void thrown.push(error);
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', note);
    try {
      const search = engine.search({ query: '*', signal: abort.signal });
      await expect(search).rejects.toMatchObject({ code: 'HB_SEARCH' });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of before) process.on('uncaughtException', listener);
      await engine.close();
    }
    expect(thrown).toEqual([]);
  });

  it(`${product}: a connection that is reset within an answer is HB_CUT, and nothing is printed`, async () => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
    const url = await serve((socket, write) => {
      write('{"indices":["a"],');
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    const engine = await openElastic({ product, url });
    await expect(engine.search({ query: '*' })).rejects.toMatchObject({ code: 'HB_CUT' });
    await engine.close();
    expect(printed).not.toHaveBeenCalled();
  });

  it(`${product}: a server that is gone is HB_CONNECT`, async () => {
    const url = await serve((socket) => socket.destroy());
    const engine = await openElastic({ product, url });
    await expect(engine.search({ query: '*' })).rejects.toMatchObject({ code: 'HB_CONNECT' });
    await engine.close();
  });
}

it('a page of a proxy in place of an answer is an error, not nothing found', async () => {
  const url = await serve((_socket, _write, end) => end('<html>Please log in</html>'));
  const engine = await openElastic({ product: 'opensearch', url });
  const read = async (): Promise<number> => {
    let rows = 0;
    for await (const _ of (await engine.search({ query: '*', options: { oneOfMany: true } })).rows) rows++;
    return rows;
  };
  await expect(read()).rejects.toMatchObject({ code: 'HB_CONNECT' });
  await engine.close();
});
