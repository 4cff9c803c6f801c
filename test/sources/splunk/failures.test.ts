/** Everything that a server or the way to it can do wrong, and what the search then says. */
import type { ServerResponse } from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/index.ts';
import { connect, faultOf, numbered, searchAll, serve } from './connect.ts';
import { json, xml, type Before, type FakeOptions, type Seen } from './fake-splunk.ts';

const modes = ['normal', 'blocking', 'oneshot', 'export'] as const;
const streams = ['oneshot', 'export'] as const;

/** Answers the request that starts the search. */
const onSearch =
  (answer: (response: ServerResponse, seen: Seen, time: number) => void, times = Infinity): Before =>
  (seen, response, fake) => {
    const time = fake.seen.filter(({ params }) => params['search'] !== undefined).length;
    if (seen.params['search'] === undefined || time > times) return false;
    answer(response, seen, time);
    return true;
  };
const refusal = (status: number, text: string) =>
  onSearch((response) => json(response, { messages: [{ type: 'FATAL', text }] }, status));

describe('an answer of the server', () => {
  it.each([
    [400, 'HB_QUERY', "Error in 'search' command: Unable to parse"],
    [403, 'HB_FORBIDDEN', 'insufficient permission to access this resource'],
    [500, 'HB_SEARCH', 'Internal error'],
  ] as const)('of status %i is %s, with its words', async (status, code, text) => {
    for (const mode of modes) {
      const fake = await serve({ before: refusal(status, text) });
      const fault = await faultOf(searchAll(connect(fake), { options: { mode } }), code);
      expect(fault.message).toContain(text);
    }
  });

  it('in XML has its words read too', async () => {
    const body = '<response><messages><msg type="FATAL">it&apos;s &lt;bad&gt;</msg></messages></response>';
    const fake = await serve({ before: onSearch((response) => void response.writeHead(400).end(body)) });
    expect((await faultOf(searchAll(connect(fake)), 'HB_QUERY')).message).toContain("it's <bad>");
  });

  it('that is the page of a proxy is not a result', async () => {
    const page = '<!DOCTYPE html><html><body>Welcome</body></html>';
    for (const output of ['json', 'xml']) {
      const fake = await serve({ before: onSearch((response) => void response.end(page)) });
      await faultOf(searchAll(connect(fake), { options: { mode: 'export', output } }), 'HB_SEARCH');
    }
    const fake = await serve({ before: (_, response) => response.end(page) !== null });
    await faultOf(connect(fake).test(), 'HB_CONNECT');
  });

  it('that something is not there says to look at the address', async () => {
    const fake = await serve({
      before: ({ path }, response) => path.endsWith('/info') && json(response, {}, 404) === undefined,
    });
    const fault = await faultOf(searchAll(connect(fake)), 'HB_CONNECT');
    expect(fault.hint).toContain('management port');
  });
});

describe('a server that is busy', () => {
  const busy = (status: number, headers: Record<string, string>, times: number) =>
    onSearch((response) => {
      response.writeHead(status, headers).end('{"messages":[{"type":"ERROR","text":"concurrent searches"}]}');
    }, times);

  it.each([429, 503])('is asked again (%i)', async (status) => {
    for (const mode of modes) {
      const fake = await serve({ rows: numbered(4), before: busy(status, {}, 2) });
      expect((await searchAll(connect(fake), { options: { mode } })).rows).toBe(4);
    }
  });

  it.each([429, 503])('for ever is HB_BUSY after some tries (%i)', async (status) => {
    const fake = await serve({ before: busy(status, {}, Infinity) });
    const fault = await faultOf(searchAll(connect(fake)), 'HB_BUSY');
    expect(fault.message).toContain('concurrent searches');
    expect(fake.seen.filter(({ params }) => params['search'] !== undefined)).toHaveLength(3);
  });

  it('is left alone for as long as it asks, within bounds', async () => {
    const tuning = { retryFirst: 1, retryMost: 1500 };
    const timed = async (asked: string): Promise<number> => {
      const fake = await serve({ before: busy(503, { 'retry-after': asked }, 1) });
      const start = performance.now();
      await searchAll(connect(fake, undefined, tuning));
      return performance.now() - start;
    };
    expect(await timed('3600')).toBeGreaterThanOrEqual(1490);
    expect(await timed('0')).toBeLessThan(1490);
  });

  it('at the login is asked again too', async () => {
    let logins = 0;
    const fake = await serve({
      before: ({ path }, response) =>
        path.endsWith('/login') && ++logins < 3 && json(response, {}, 503) === undefined,
    });
    await searchAll(connect(fake));
    expect(logins).toBe(3);
  });
});

describe('an answer that is no result', () => {
  it.each(modes)('is not taken for an empty one: sent on to nowhere (%s)', async (mode) => {
    const fake = await serve({ before: onSearch((response) => void response.writeHead(302).end()) });
    await faultOf(searchAll(connect(fake), { options: { mode } }), 'HB_CONNECT');
  });

  it.each(['json', 'csv', 'xml'])('is not taken for rows: a page of a proxy (%s)', async (output) => {
    const page = '<!DOCTYPE html>\n<html>\n<body>Please log in</body>\n</html>\n';
    for (const mode of streams) {
      const before = onSearch((response) => {
        response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end(page);
      });
      const fault = await faultOf(searchAll(connect(await serve({ before })), { options: { mode, output } }));
      expect(fault.code).toBe('HB_CONNECT');
    }
  });

  it('does not show what it repeats of a secret', async () => {
    const password = new Secret('p=;s "w/ü');
    for (const page of [password.reveal(), encodeURIComponent(password.reveal()), 'p%3D%3Bs+%22w%2F%C3%BC']) {
      const fake = await serve({
        before: (_, response) => {
          response.writeHead(400).end(`<html>you sent password=${page} to me</html>`);
          return true;
        },
      });
      const fault = await faultOf(connect(fake, { username: 'alice', password }).test());
      expect(fault.message).toContain('you sent password=*** to me');
    }
  });
});

describe('a job', () => {
  it('that failed is HB_SEARCH with the words of the server', async () => {
    const job = { dispatchState: 'FAILED', isFailed: true };
    const messages = [
      { type: 'INFO', text: 'hello' },
      { type: 'FATAL', text: "Error in 'eval' command" },
    ];
    const fake = await serve({ job, messages });
    const fault = await faultOf(searchAll(connect(fake)), 'HB_SEARCH');
    expect(fault.message).toContain("Error in 'eval' command");
    expect(fault.message).not.toContain('hello');
    expect(fake.cancelled).toHaveLength(1);
  });

  it('whose process died is HB_SEARCH', async () => {
    const fake = await serve({ job: { isZombie: true, isDone: false } });
    await faultOf(searchAll(connect(fake)), 'HB_SEARCH');
  });

  it('that came to an end with an error is no result, unless a part will do', async () => {
    const text = 'Search process did not exit cleanly on indexer 2';
    const options: FakeOptions = { rows: numbered(3), messages: [{ type: 'ERROR', text }] };
    const fault = await faultOf(searchAll(connect(await serve(options))), 'HB_SEARCH');
    expect(fault.message).toContain(text);
    const part = await searchAll(connect(await serve(options)), { options: { partial: true } });
    expect(part).toMatchObject({ rows: 3, truncated: text, messages: [{ level: 'ERROR', text }] });
  });

  it('that warns of other things has its warnings told', async () => {
    const message = { type: 'WARN', text: 'The lookup table is old' };
    const found = await searchAll(connect(await serve({ rows: numbered(3), messages: [message] })));
    expect(found).toMatchObject({ truncated: null, messages: [{ level: 'WARN', text: message.text }] });
  });

  it('that is gone is HB_SEARCH, between two pages too', async () => {
    const early = await serve({ rows: numbered(3), before: (_, __, fake) => void fake.jobs.clear() });
    expect((await faultOf(searchAll(connect(early)), 'HB_SEARCH')).message).toContain('gone');
    const late = await serve({
      rows: numbered(30),
      before: ({ params }, _, fake) => void (params['offset'] === '20' && fake.jobs.clear()),
    });
    await faultOf(searchAll(connect(late), { options: { pageRows: 10 } }), 'HB_SEARCH');
  });

  it('that has no name is an error', async () => {
    const fake = await serve({ before: onSearch((response) => json(response, {}, 201)) });
    await faultOf(searchAll(connect(fake)), 'HB_CONNECT');
  });
});

describe('an error within a stream', () => {
  it.each(['json', 'xml'])('is HB_SEARCH and not a short result (%s)', async (output) => {
    const messages = [{ type: 'FATAL', text: 'Out of memory' }];
    for (const mode of streams) {
      const fake = await serve({ rows: numbered(4), messages });
      const fault = await faultOf(searchAll(connect(fake), { options: { mode, output } }), 'HB_SEARCH');
      expect(fault.message).toContain('Out of memory');
    }
  });
});

describe('a connection that is cut', () => {
  const row = (n: number): string => `{"preview":false,"offset":${n},"result":{"n":"${n}"}}\n`;
  const bodies = {
    json: row(0) + row(1),
    csv: 'n,host\n0,a\n1,b\n',
    xml: xml(['n'], [{ n: '0' }, { n: '1' }], '0', []).slice(0, -12),
  };

  it.each(Object.entries(bodies))('within a stream is HB_CUT (%s)', async (output, body) => {
    for (const mode of streams) {
      const before = onSearch((response) => {
        response.write(body, () => response.socket?.destroy());
      });
      const fake = await serve({ before });
      await faultOf(searchAll(connect(fake), { options: { mode, output } }), 'HB_CUT');
      expect(fake.to('/control')).toMatchObject([{ params: { action: 'cancel' } }]);
    }
  });

  it.each(Object.entries(bodies))('within a body of known length is HB_CUT (%s)', async (output, body) => {
    const before = onSearch((response) => {
      response.writeHead(200, { 'content-length': body.length + 100 });
      response.write(body, () => response.socket?.end());
    });
    const fake = await serve({ before });
    await faultOf(searchAll(connect(fake), { options: { mode: 'export', output } }), 'HB_CUT');
  });

  it.each(['json', 'csv', 'xml'])('within a page of a job is HB_CUT (%s)', async (output) => {
    const fake = await serve({
      rows: numbered(4),
      before: ({ path }, response) => {
        if (!path.endsWith('/results')) return false;
        const page = { ...bodies, json: '{"results":[{"n":"1"}' }[output as 'json'];
        response.write(page, () => response.socket?.destroy());
        return true;
      },
    });
    await faultOf(searchAll(connect(fake), { options: { output } }), 'HB_CUT');
    expect(fake.cancelled).toHaveLength(1);
  });

  /** A body that ends with the connection and says nothing of its length. */
  const endless = (body: string): Before =>
    onSearch((response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${body}`);
    });

  it.each([
    ['json', bodies.json],
    ['json', `${row(0)}{"preview":false,"off`],
    ['csv', 'n,host\n0,a\n1'],
    ['csv', 'n,host\n0,"a'],
    ['xml', bodies.xml],
    ['xml', '<results preview="0"><result><field k="n"><value><text>1</text></value>'],
  ])('without a word is seen by the result itself (%s %j)', async (output, body) => {
    const fake = await serve({ before: endless(body) });
    await faultOf(searchAll(connect(fake), { options: { mode: 'export', output } }), 'HB_CUT');
  });

  it('where nothing can tell is said to be a part', async () => {
    const fake = await serve({ before: endless(bodies.csv) });
    const found = await searchAll(connect(fake), { options: { mode: 'export', output: 'csv' } });
    expect(found).toMatchObject({ rows: 2, truncated: expect.stringContaining('where the result ends') });
  });

  it('before the answer is HB_CONNECT', async () => {
    const fake = await serve({ before: onSearch((response) => void response.socket?.destroy()) });
    await faultOf(searchAll(connect(fake)), 'HB_CONNECT');
  });
});

describe('a server that', () => {
  it('is not there is HB_CONNECT', async () => {
    const fake = await serve();
    const engine = connect(fake);
    await fake.stop();
    fake.stop = async () => {};
    const fault = await faultOf(engine.test(), 'HB_CONNECT');
    expect(fault.message).toContain(fake.url);
  });

  it('is silent is HB_TIMEOUT', async () => {
    const fake = await serve({ before: ({ path }) => path.endsWith('/info') });
    await faultOf(connect(fake, undefined, { patience: 50 }).test(), 'HB_TIMEOUT');
  });

  it('is silent within an answer is HB_TIMEOUT', async () => {
    const fake = await serve({
      before: ({ path }, response) => path.endsWith('/results') && response.write('{"results":[{"n":"0"},'),
    });
    const fault = await faultOf(searchAll(connect(fake, undefined, { patience: 50 })), 'HB_TIMEOUT');
    expect(fault.message).toContain('silent');
  });

  it('is not called silent while the rows are read slowly', async () => {
    const rows = numbered(4000).map((row) => ({ ...row, text: 'x'.repeat(1000) }));
    const fake = await serve({ rows });
    const found = await connect(fake, undefined, { patience: 500 }).search({ query: 'x' });
    let read = 0;
    for await (const _ of found.rows) if (read++ === 5) await new Promise((end) => setTimeout(end, 1200));
    expect(read).toBe(4000);
  });

  it('does not speak HTTP is HB_CONNECT', async () => {
    const server = net.createServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake = await serve();
    fake.url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    await faultOf(connect(fake).test(), 'HB_CONNECT');
    server.close();
  });

  it('sends a row without end is stopped', async () => {
    const piece = 'x'.repeat(1 << 20);
    const fake = await serve({
      before: onSearch((response) => {
        response.write('{"preview":false,"result":{"a":"');
        const more = (): void => {
          while (!response.destroyed && response.write(piece));
          response.once('drain', more);
        };
        more();
      }),
    });
    await faultOf(searchAll(connect(fake), { options: { mode: 'export' } }), 'HB_SEARCH');
  });
});

describe('XML', () => {
  it.each([
    ['a document type', '<!DOCTYPE results [<!ENTITY a "b">]><results></results>'],
    [
      'an entity of its own',
      '<results><result><field k="a"><value><text>&a;</text></value></field></result></results>',
    ],
    ['a number that is no sign', '<results><msg type="x">&#x110000;</msg></results>'],
    ['elements without end', '<a>'.repeat(1000)],
    ['elements that cross', '<results><a></results></a>'],
    ['text outside', 'hello'],
  ])('with %s is refused', async (_, body) => {
    const fake = await serve({ before: onSearch((response) => void response.end(body)) });
    await faultOf(searchAll(connect(fake), { options: { mode: 'export', output: 'xml' } }), 'HB_SEARCH');
  });
});
