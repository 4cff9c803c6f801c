/**
 * One OpenSearch for a whole run of the tests: started when the first file asks for it, ended with the run. Vitest
 * calls this in its own process; the files ask over loopback, as each runs in a process of its own.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startOpenSearch, type RunningOpenSearch } from '../../scripts/opensearch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the address of the server once it runs. */
    openSearchStarter: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<RunningOpenSearch> | undefined;
  const starter = createServer((_request, response) => {
    starting ??= startOpenSearch();
    starting.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => starter.listen(0, '127.0.0.1', resolve));
  const { port } = starter.address() as AddressInfo;
  project.provide('openSearchStarter', `http://127.0.0.1:${port}`);
  return async () => {
    starter.closeAllConnections();
    starter.close();
    const server = await starting?.catch(() => undefined);
    await server?.stop();
  };
}
