/** Settings from `.splunkrc`, the environment and the caller. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/index.ts';
import { splunkSettings, type FoundSettings } from '../../../src/sources/index.ts';
import { parseSplunkRc } from '../../../src/sources/splunk/splunkrc.ts';

let folder: string;
let cwd: string;
let home: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'huntbook-rc-'));
  [cwd, home] = ['work', 'home'].map((name) => path.join(folder, name)) as [string, string];
  mkdirSync(cwd);
  mkdirSync(home);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(where: string, text: string, mode = 0o600): string {
  const file = path.join(where, '.splunkrc');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

type Options = Parameters<typeof splunkSettings>[0];
const find = (options: Options = {}): Promise<FoundSettings> =>
  splunkSettings({ cwd, home, env: {}, ...options });
/** With secrets to be seen. */
const plain = ({ settings }: FoundSettings): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key,
      (value as unknown) instanceof Secret ? (value as unknown as Secret).reveal() : value,
    ]),
  );

const whole = `# Splunk
host=splunk.example.org
port=8090
scheme=https
username=alice
password=pass=wo;rd#1 "x"
app=search
owner=bob
autologin=true
version=9.3.1
`;

describe('.splunkrc', () => {
  it('is read with every key', async () => {
    const file = write(home, whole);
    const found = await find();
    expect(plain(found)).toEqual({
      url: 'https://splunk.example.org:8090',
      username: 'alice',
      password: 'pass=wo;rd#1 "x"',
      app: 'search',
      owner: 'bob',
    });
    expect(new Set(Object.values(found.origins))).toEqual(new Set([file]));
    expect(found.warnings).toEqual([]);
  });

  it('of the working folder is before that of the home folder', async () => {
    write(home, 'host=far\nusername=a\npassword=b');
    write(cwd, 'host=near\ntoken=t');
    expect(plain(await find())).toEqual({ url: 'https://near:8089', token: 't' });
  });

  it('may be named', async () => {
    write(cwd, 'host=near');
    const file = path.join(folder, 'other');
    writeFileSync(file, 'host=named\ncookie=splunkd_8089=abc^d', { mode: 0o600 });
    expect(plain(await find({ file }))).toEqual({ url: 'https://named:8089', session: 'abc^d' });
    await expect(find({ file: path.join(folder, 'missing') })).rejects.toMatchObject({ code: 'HB_CONFIG' });
  });

  it('that others can read is warned of', async () => {
    const file = write(cwd, 'host=x', 0o644);
    expect((await find()).warnings).toEqual([expect.stringContaining(`chmod 600 ${file}`)]);
  });

  it('with a line that is no setting names the line and does not show it', async () => {
    write(cwd, 'host=x\n\nhunter2\n');
    const { warnings } = await find();
    expect(warnings).toEqual([expect.stringContaining(':3 ')]);
    expect(warnings.join()).not.toContain('hunter2');
  });

  it('that makes no address is HB_CONFIG', async () => {
    for (const text of ['host=a b', 'port=x', 'scheme=ftp', 'host=evil/..', 'host=a@b']) {
      write(cwd, text);
      await expect(find(), text).rejects.toMatchObject({ code: 'HB_CONFIG' });
    }
  });

  it('may have IPv6 addresses', async () => {
    write(cwd, 'host=::1');
    expect((await find()).settings.url).toBe('https://[::1]:8089');
  });

  it.each([
    ['password=a=b', 'a=b'],
    ['password=a;b#c', 'a;b#c'],
    ['password="a b"', '"a b"'],
    ["password='x'", "'x'"],
    ['password= lead', ' lead'],
    ['password=trail  ', 'trail'],
    ['password = spaced', 'spaced'],
    ['--password=x', 'x'],
    ['PASSWORD=x', 'x'],
    ['password==', '='],
    ['\uFEFFpassword=x\r', 'x'],
  ])('%j is the password %j', (line, password) => {
    expect(parseSplunkRc(`${line}\nhost=h`).values.get('password')).toBe(password);
  });

  it('keeps any password that has no line end and no blank at its end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const password = text.replaceAll(/[\r\n]/g, '').trimEnd();
        expect(parseSplunkRc(`host=h\npassword=${password}\nport=1`).values.get('password')).toBe(password);
      }),
    );
  });
});

describe('settings', () => {
  const env = { SPLUNK_HOST: 'env.example.org', SPLUNK_USERNAME: 'eve', SPLUNK_PASSWORD: 'p=;1' };

  it('are nothing but an address by default', async () => {
    const found = await find();
    expect(found).toEqual({
      settings: { url: 'https://localhost:8089' },
      origins: { url: 'default' },
      warnings: [],
    });
  });

  it('of the environment are before those of the file', async () => {
    const file = write(home, 'host=env.example.org\nusername=alice\npassword=x\napp=search');
    const found = await find({ env });
    expect(plain(found)).toEqual({
      url: 'https://env.example.org:8089',
      username: 'eve',
      password: 'p=;1',
      app: 'search',
    });
    expect(found.origins).toEqual({
      url: 'SPLUNK_HOST',
      username: 'SPLUNK_USERNAME',
      password: 'SPLUNK_PASSWORD',
      app: file,
    });
  });

  it('that are given are before all', async () => {
    write(home, whole);
    const overrides = { url: 'https://splunk.example.org:8090', token: new Secret('given') };
    const found = await find({ env, overrides });
    expect(plain(found)).toMatchObject({ url: overrides.url, token: 'given' });
    expect(plain(found)).not.toHaveProperty('password');
    expect(found.origins['token']).toBe('given');
  });

  it('never send the credentials of one server to another', async () => {
    write(home, whole);
    const found = await find({ overrides: { url: 'https://other.example.org:8089' } });
    expect(plain(found)).toEqual({ url: 'https://other.example.org:8089', app: 'search', owner: 'bob' });
    expect(found.warnings.join('\n')).toContain('password of');
    expect(found.warnings.join('\n')).not.toContain('wo;rd');
    expect(plain(await find({ env: { SPLUNK_HOST: 'other' } }))).not.toHaveProperty('password');
  });

  it('take a password from nearby for the user of the file', async () => {
    write(home, 'host=h\nusername=alice');
    expect(plain(await find({ env: { SPLUNK_PASSWORD: 'x' } }))).toEqual({
      url: 'https://h:8089',
      username: 'alice',
      password: 'x',
    });
  });

  it('do not take the password of another user, nor a token instead of a user', async () => {
    write(home, 'host=h\nusername=alice\npassword=a\ntoken=t');
    expect(plain(await find({ env: { SPLUNK_USERNAME: 'bob' } }))).toEqual({
      url: 'https://h:8089',
      username: 'bob',
    });
    expect(plain(await find({ env: { SPLUNK_USERNAME: 'alice' } }))).toMatchObject({ password: 'a' });
  });

  it('show no secret when they are shown', async () => {
    write(home, whole);
    expect(JSON.stringify(await find())).not.toContain('wo;rd');
  });
});
