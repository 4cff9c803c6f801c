/** Who we are to a server, and to nobody else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/index.ts';
import { openSplunk } from '../../../src/sources/index.ts';
import { alice, connect, faultOf, numbered, searchAll, serve } from './connect.ts';
import { json } from './fake-splunk.ts';
import { selfSigned } from './self-signed.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-splunk-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a login', () => {
  it('by user and password opens one session for a connection', async () => {
    const fake = await serve({ rows: numbered(2) });
    const engine = connect(fake);
    await Promise.all([searchAll(engine), searchAll(engine), engine.test()]);
    expect(fake.logins).toBe(1);
    expect(fake.search.headers.authorization).toBe('Splunk key-alice-1');
  });

  it.each(['a=b;c=d', '"quoted"', 'with blank ', 'ü&%+#?/', "'; drop"])(
    'takes the password %j as it is',
    async (password) => {
      const fake = await serve({ users: { alice: password } });
      await searchAll(connect(fake, { username: 'alice', password: new Secret(password) }));
      expect(fake.logins).toBe(1);
    },
  );

  it('that is refused is HB_AUTH and does not show the password', async () => {
    const fake = await serve();
    const engine = connect(fake, { username: 'alice', password: new Secret('wrong-one') });
    const fault = await faultOf(engine.test(), 'HB_AUTH');
    expect(fault.message).toContain('Login failed');
    expect(inspect(fault, { depth: 9 }) + inspect(engine, { depth: 9 })).not.toContain('wrong-one');
    expect(fake.to('/login')).toHaveLength(1);
  });

  it('answered in XML is understood', async () => {
    const fake = await serve({
      sessions: ['k1'],
      before: ({ path }, response) => {
        if (!path.endsWith('/login')) return false;
        response.end('<response>\n<sessionKey>k1</sessionKey>\n</response>');
        return true;
      },
    });
    await searchAll(connect(fake));
    expect(fake.search.headers.authorization).toBe('Splunk k1');
  });
});

describe('a session', () => {
  it('that was given is used as it is', async () => {
    const fake = await serve({ sessions: ['given'] });
    await searchAll(connect(fake, { session: new Secret('given') }));
    expect(fake.to('/login')).toHaveLength(0);
  });

  it('that ended is opened again once when there is a password', async () => {
    const fake = await serve({ rows: numbered(30) });
    const engine = connect(fake);
    await searchAll(engine);
    fake.sessions.clear();
    expect((await searchAll(engine, { options: { pageRows: 10 } })).rows).toBe(30);
    expect(fake.logins).toBe(2);
  });

  it('that ended is HB_AUTH when there is none', async () => {
    await faultOf(searchAll(connect(await serve(), { session: new Secret('old') })), 'HB_AUTH');
  });

  it('is not opened again and again', async () => {
    const fake = await serve({
      before: ({ path }, response) => !path.endsWith('/login') && json(response, {}, 401) === undefined,
    });
    await faultOf(searchAll(connect(fake)), 'HB_AUTH');
    expect(fake.logins).toBe(2);
  });

  it('that ends while many searches run is opened once', async () => {
    const fake = await serve({ rows: numbered(3) });
    const engine = connect(fake);
    await engine.test();
    fake.sessions.clear();
    await Promise.all(Array.from({ length: 8 }, () => searchAll(engine)));
    expect(fake.logins).toBe(2);
  });
});

describe('a token', () => {
  const part = (object: unknown): string => Buffer.from(JSON.stringify(object)).toString('base64url');
  const forEver = `${part({ alg: 'HS512' })}.${part({ sub: 'alice', exp: 0 })}.c2ln`;

  it('goes as Bearer, and one that never expires (exp 0) is as good as any', async () => {
    const fake = await serve({ tokens: [forEver] });
    await searchAll(connect(fake, { token: new Secret(forEver) }));
    expect(fake.search.headers.authorization).toBe(`Bearer ${forEver}`);
    expect(fake.to('/login')).toHaveLength(0);
  });

  it('that expired is HB_AUTH, also when there is a password', async () => {
    const fake = await serve({ tokens: [] });
    const fault = await faultOf(
      searchAll(connect(fake, { ...alice, token: new Secret('expired-token') })),
      'HB_AUTH',
    );
    expect(inspect(fault, { depth: 9 })).not.toContain('expired-token');
    expect(fake.to('/login')).toHaveLength(0);
  });
});

describe('two connections', () => {
  it('never share what they know', async () => {
    const one = await serve({ rows: numbered(1), version: '8.2.0' });
    const two = await serve({ rows: numbered(2), tokens: ['two'] });
    const first = connect(one);
    const second = connect(two, { token: new Secret('two') });
    await Promise.all([searchAll(first), searchAll(second), searchAll(first), searchAll(second)]);
    expect(new Set(one.seen.map(({ headers }) => headers.authorization))).toEqual(
      new Set([undefined, 'Splunk key-alice-1']),
    );
    expect(new Set(two.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer two']));
    expect(one.seen.every(({ path }) => !path.includes('v2'))).toBe(true);
    expect(two.to('/login')).toHaveLength(0);
    await first.close();
    expect((await searchAll(second)).rows).toBe(2);
  });

  it('to one server as two users are two sessions', async () => {
    const fake = await serve({ users: { alice: 'secret', bob: 'builder' } });
    await searchAll(connect(fake));
    await searchAll(connect(fake, { username: 'bob', password: new Secret('builder') }));
    expect([...fake.sessions]).toEqual(['key-alice-1', 'key-bob-2']);
  });

  it('do not follow a change of the settings they were made from', async () => {
    const fake = await serve();
    const settings = { url: fake.url, ...alice };
    const engine = await openSplunk(settings);
    settings.username = 'mallory';
    await engine.test();
    expect(fake.to('/login')).toMatchObject([{ params: { username: 'alice' } }]);
    await engine.close();
  });
});

describe('credentials', () => {
  it('that are missing are HB_AUTH', async () => {
    const fake = await serve();
    for (const settings of [{}, { username: 'alice' }, { password: new Secret('x') }]) {
      expect(() => connect(fake, settings)).toThrow(expect.objectContaining({ code: 'HB_AUTH' }));
    }
  });

  it.each(['http://splunk.example.org:8089', 'http://10.0.0.5:8089', 'http://127.0.0.1.example.org:8089'])(
    'do not go to %s in plain text',
    async (url) => {
      await faultOf(openSplunk({ url, ...alice }), 'HB_TLS');
    },
  );

  it.each([
    'splunk:8089',
    'ftp://x',
    '',
    'https://alice:secret@host:8089',
    'alice:secret@host:8089',
    'htps://alice:a/secret@host:8089',
  ])('need a good address, not %j', async (url) => {
    const fault = await faultOf(openSplunk({ url, ...alice }), 'HB_USAGE');
    expect(fault.message).not.toContain('secret');
  });

  it.each([301, 302, 307, 308])('are not sent on to another server (%i)', async (status) => {
    const thief = await serve();
    const fake = await serve({
      before: ({ path }, response) => {
        response.writeHead(status, { location: thief.url + path }).end();
        return true;
      },
    });
    await faultOf(connect(fake).test(), 'HB_CONNECT');
    await faultOf(connect(fake, { session: new Secret('k') }).test(), 'HB_CONNECT');
    expect(thief.seen).toEqual([]);
  });

  it('follow within the same server, not for ever', async () => {
    let hops = 0;
    const fake = await serve({
      before: ({ path }, response) => {
        if (!path.endsWith('/apps/local') || ++hops > 2) return false;
        response.writeHead(302, { location: path }).end();
        return true;
      },
    });
    expect((await connect(fake).test()).details['apps']).toContain('search');
    hops = -Infinity;
    await faultOf(connect(fake).test(), 'HB_CONNECT');
  });
});

describe('a certificate', () => {
  const tls = selfSigned();
  const ca = path.join(folder, 'ca.pem');
  writeFileSync(ca, tls.cert);

  it('that is not known is HB_TLS, and nothing is sent', async () => {
    const fake = await serve({ tls });
    const fault = await faultOf(connect(fake).test(), 'HB_TLS');
    expect(fault.hint).toContain('ca');
    expect(fake.seen).toEqual([]);
  });

  it('is trusted by a CA file', async () => {
    const fake = await serve({ tls, rows: numbered(3) });
    expect((await searchAll(connect(fake, { ...alice, ca }))).rows).toBe(3);
  });

  it('of another authority is not', async () => {
    const other = path.join(folder, 'other.pem');
    writeFileSync(other, selfSigned().cert);
    await faultOf(connect(await serve({ tls }), { ...alice, ca: other }).test(), 'HB_TLS');
  });

  it('is not looked at where that is asked for, for this connection only', async () => {
    const fake = await serve({ tls });
    await connect(fake, { ...alice, insecure: true }).test();
    await faultOf(connect(fake).test(), 'HB_TLS');
    expect(process.env['NODE_TLS_REJECT_UNAUTHORIZED']).toBeUndefined();
  });

  it('file that is none is HB_CONFIG', async () => {
    const none = path.join(folder, 'none.pem');
    writeFileSync(none, 'hello');
    const url = 'https://localhost:8089';
    await faultOf(openSplunk({ url, ...alice, ca: none }), 'HB_CONFIG');
    await faultOf(openSplunk({ url, ...alice, ca: path.join(folder, 'missing') }), 'HB_CONFIG');
  });

  it('is asked of a server that has none', async () => {
    const fake = await serve();
    fake.url = fake.url.replace('http:', 'https:');
    await faultOf(connect(fake).test(), 'HB_TLS');
  });
});

describe('a test of the connection', () => {
  it('tells version, login, apps and indexes', async () => {
    expect(await connect(await serve({ version: '8.2.0' })).test()).toEqual({
      product: 'Splunk',
      version: '8.2.0',
      details: {
        server: 'fake',
        login: 'user alice',
        endpoints: 'search',
        apps: '2: search, launcher',
        indexes: '2: main, wineventlog',
      },
    });
  });

  it('does not need the right to list indexes', async () => {
    const fake = await serve({
      before: ({ path }, response) => path.endsWith('/indexes') && json(response, {}, 403) === undefined,
    });
    expect((await connect(fake).test()).details['indexes']).toContain('not listed');
  });

  it('lists apps and indexes for the library, all of them', async () => {
    const fake = await serve();
    const engine = connect(fake);
    expect((await engine.apps()).map(({ name }) => name)).toEqual(['search', 'launcher']);
    expect((await engine.indexes()).map(({ name }) => name)).toEqual(['main', 'wineventlog']);
    expect(fake.to('/apps/local')).toMatchObject([{ params: { count: '0' } }]);
  });
});
