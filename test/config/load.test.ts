import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig, namedSource, resolveSecrets, type Config } from '../../src/config/index.ts';
import { HuntbookError } from '../../src/errors.ts';

const top = mkdtempSync(path.join(tmpdir(), 'huntbook-config-'));
let cwd = '';
let count = 0;
beforeEach(() => mkdirSync((cwd = path.join(top, String(count++)))));
afterAll(() => rmSync(top, { recursive: true }));

const write = (name: string, text: string): string => {
  const file = path.join(cwd, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};
const load = (text: string, env: Record<string, string> = {}): Promise<Config> => {
  write('huntbook.yaml', text);
  return loadConfig({ cwd, env: { XDG_CONFIG_HOME: path.join(cwd, 'none'), ...env } });
};
const failing = async (work: Promise<unknown>): Promise<HuntbookError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HuntbookError);
  return error as HuntbookError;
};

const several = `
# our estates
sources:
  prod:
    kind: splunk
    url: https://splunk.example:8089
    token: env:PROD_TOKEN
    pipelines: [splunk_windows]
  test:
    kind: splunk
    url: https://test.example:8089
    username: ann
    password: file:secret.txt
    earliest: -24h@h
  elastic: {kind: elasticsearch, cloud_id: 'x:y', api_key: keyring:huntbook/elastic, index: winlogbeat-*}
  cases:
    kind: files
    paths: ./evidence
`;

describe('a configuration', () => {
  test('names sources of several kinds, and says where each setting comes from', async () => {
    const config = await load(several);
    expect([...config.sources.keys()]).toEqual(['prod', 'test', 'elastic', 'cases']);
    const test = await namedSource(config, 'test');
    expect(test.settings).toMatchObject({ kind: 'splunk', username: 'ann', earliest: '-24h@h' });
    expect(test.origin).toBe('huntbook.yaml:9');
    expect(test.origins['password']).toBe('huntbook.yaml:13');
    expect((await namedSource(config, 'cases')).settings).toEqual({ kind: 'files', paths: ['./evidence'] });
    expect((await namedSource(config, 'elastic')).origins['index']).toBe('huntbook.yaml:15');
  });

  test('is overridden by the environment, setting by setting', async () => {
    const config = await load(several, {
      HUNTBOOK_SOURCES_TEST_URL: 'https://other.example:8089',
      HUNTBOOK_SOURCES_PROD_TOKEN: 'abc',
      HUNTBOOK_SOURCES_TEST_TIMEOUT: '30',
    });
    const { settings, origins } = await namedSource(config, 'test');
    expect(settings).toMatchObject({ url: 'https://other.example:8089', timeout: 30, username: 'ann' });
    expect(origins['url']).toBe('HUNTBOOK_SOURCES_TEST_URL');
    const prod = await namedSource(config, 'prod');
    const secrets = await resolveSecrets(prod, { env: { HUNTBOOK_SOURCES_PROD_TOKEN: 'abc' } });
    expect(secrets['token']?.reveal()).toBe('abc');
  });

  test('of the project hides a source of the user whole', async () => {
    write(
      'xdg/huntbook/config.yaml',
      several.replace('prod:', 'prod: # of the user').replace('  test:', '  mine:'),
    );
    write('huntbook.yaml', 'sources: {prod: {kind: splunk, url: "https://foreign.example"}}');
    const config = await loadConfig({ cwd, env: { XDG_CONFIG_HOME: path.join(cwd, 'xdg') } });
    expect((await namedSource(config, 'prod')).settings).toEqual({
      kind: 'splunk',
      url: 'https://foreign.example',
    });
    expect([...config.sources.keys()]).toContain('mine');
    expect(config.notices[0]).toMatch(
      /^source prod of .*config\.yaml:4 is hidden by that of huntbook\.yaml:1$/,
    );
  });

  test('that is named by flag or environment stands alone', async () => {
    write('huntbook.yaml', several);
    const file = write('other.yaml', 'sources: {one: {kind: files, paths: [x]}}');
    expect([...(await loadConfig({ cwd, file, env: {} })).sources.keys()]).toEqual(['one']);
    expect([...(await loadConfig({ cwd, env: { HUNTBOOK_CONFIG: file } })).sources.keys()]).toEqual(['one']);
    expect((await failing(loadConfig({ cwd, file: 'gone.yaml', env: {} }))).code).toBe('HB_CONFIG');
  });

  test('may be empty or missing', async () => {
    expect((await load('# nothing yet\n')).sources.size).toBe(0);
    const none = await loadConfig({ cwd: top, env: { XDG_CONFIG_HOME: top } });
    expect(none.files).toEqual([]);
    const error = await failing(namedSource(none, 'prod'));
    expect(error.code).toBe('HB_SOURCE_UNKNOWN');
    expect(error.message).toContain('there is no huntbook.yaml here');
  });

  test('offers the name that was meant', async () => {
    const error = await failing(namedSource(await load(several), 'prd'));
    expect(error.message).toBe('no source is named prd: did you mean prod?');
  });
});

describe('a fault has its line and what was meant:', () => {
  test.each<[string, string, string]>([
    [
      'an unknown key',
      'sources:\n  a:\n    kind: splunk\n    url: https://x\n    tokn: env:A',
      'huntbook.yaml:5: sources.a.tokn: no such key for kind splunk; did you mean token?',
    ],
    [
      'a key in another habit',
      'sources:\n  a:\n    kind: elasticsearch\n    url: https://x\n    apiKey: env:A',
      'huntbook.yaml:5: sources.a.apiKey: no such key for kind elasticsearch; did you mean api_key?',
    ],
    [
      'a key of another kind',
      'sources:\n  a:\n    kind: files\n    paths: x\n    url: https://x',
      'huntbook.yaml:5: sources.a.url: no such key for kind files; known: description, kind, paths',
    ],
    [
      'an unknown kind',
      'sources:\n  a:\n    kind: elastisearch\n    url: https://x',
      'huntbook.yaml:3: sources.a.kind: is not one of splunk, elasticsearch, opensearch, files; did you mean elasticsearch?',
    ],
    [
      'no kind',
      'sources:\n\n  a: {url: "https://x"}',
      'huntbook.yaml:3: sources.a: has no kind; it is one of splunk, elasticsearch, opensearch, files',
    ],
    ['no address', 'sources:\n  a:\n    kind: splunk', 'huntbook.yaml:2: sources.a: needs url: or splunkrc:'],
    [
      'an address without scheme',
      'sources:\n  a:\n    kind: opensearch\n    url: host:9200',
      'huntbook.yaml:4: sources.a.url: must be an address such as https://host:8089',
    ],
    [
      'a number for a text',
      'sources:\n  a:\n    kind: opensearch\n    url: https://x\n    index: 5',
      'huntbook.yaml:5: sources.a.index: must be text; put it in quotes',
    ],
    [
      'an item of a list',
      'sources:\n  a:\n    kind: files\n    paths:\n      - x\n      - 5',
      'huntbook.yaml:6: sources.a.paths.1: must be text; put it in quotes',
    ],
    [
      'two ways to log in',
      'sources:\n  a:\n    kind: splunk\n    url: https://x\n    token: env:A\n    session: env:B',
      'huntbook.yaml:6: sources.a.session: there is token: too; keep one of them',
    ],
    [
      'a password without user',
      'sources:\n  a:\n    kind: splunk\n    url: https://x\n    password: env:A',
      'huntbook.yaml:5: sources.a.password: needs username: beside it',
    ],
    ['another top', 'source:\n  a: {}', 'huntbook.yaml:1: source: no such key; did you mean sources?'],
    ['a list', '- a', 'huntbook.yaml:1: must be a map with sources:'],
    [
      'broken YAML',
      'sources:\n  a: [',
      'huntbook.yaml:3: not valid YAML: unexpected end of the stream within a flow collection',
    ],
    [
      'a key twice',
      'sources:\n  a: {kind: files, paths: x}\n  a: {kind: files, paths: y}',
      'huntbook.yaml:3: not valid YAML: duplicated mapping key',
    ],
    [
      'an alias',
      'sources:\n  a: &x {kind: files, paths: y}\n  b: *x',
      'huntbook.yaml:3: aliases are not known here; write the values out, or quote the text',
    ],
    [
      'a name like a path',
      'sources:\n  ../a: {kind: files, paths: x}',
      'huntbook.yaml:2: sources.../a: a name has letters, digits, dots, hyphens and underscores, at most 64',
    ],
  ])('%s', async (_, text, message) => {
    const error = await failing(load(text));
    expect(error.message).toBe(message);
    expect(error.code).toBe('HB_CONFIG');
  });

  test('a variable of the environment is named as the place', async () => {
    const error = await failing(load(several, { HUNTBOOK_SOURCES_PROD_URL: 'nowhere' }));
    expect(error.message).toBe('HUNTBOOK_SOURCES_PROD_URL: must be an address such as https://host:8089');
  });
});

describe('a secret', () => {
  const canary = 'S3cr3t-canary';
  test.each([
    ['token', `sources:\n  a:\n    kind: splunk\n    url: https://x\n    token: ${canary}`],
    ['password', `sources:\n  a: {kind: splunk, url: "https://x", username: u, password: '${canary}'}`],
    [
      'with a prefix of no meaning',
      `sources:\n  a: {kind: splunk, url: "https://x", token: 'plain:${canary}'}`,
    ],
    ['in the address', `sources:\n  a: {kind: opensearch, url: "https://user:${canary}@x"}`],
    ['as env: with a value', `sources:\n  a: {kind: splunk, url: "https://x", token: "env:${canary} 1"}`],
  ])('that is written out is refused and not shown: %s', async (_, text) => {
    const error = await failing(load(text));
    expect(error.code).toBe('HB_SECRET');
    expect(error.message).toMatch(/^huntbook\.yaml:\d: sources\.a\./);
    expect(inspect(error, { depth: null }) + error.hint).not.toContain(canary);
    expect(error.hint).toContain('env:NAME');
  });

  test('of a variable that is not set is named', async () => {
    const source = await namedSource(await load(several), 'prod');
    const error = await failing(resolveSecrets(source, { env: {} }));
    expect(error.message).toBe('source prod: token: the environment variable PROD_TOKEN is not set');
  });

  test('in a file is read from beside the configuration, without its line break', async () => {
    const source = await namedSource(await load(several), 'test');
    expect((await failing(resolveSecrets(source))).message).toMatch(/secret\.txt cannot be read \(ENOENT\)$/);
    const file = write('secret.txt', 'a=b;c\n');
    chmodSync(file, 0o600);
    const warnings: string[] = [];
    const read = (): ReturnType<typeof resolveSecrets> =>
      resolveSecrets(source, { onWarning: (text) => warnings.push(text) });
    expect((await read())['password']?.reveal()).toBe('a=b;c');
    expect(warnings).toEqual([]);
    chmodSync(file, 0o644);
    await read();
    expect(warnings).toEqual([`${file}: others can read this secret; chmod 600 it`]);
    write('secret.txt', '\n');
    expect((await failing(read())).message).toMatch(/is empty$/);
  });
});
