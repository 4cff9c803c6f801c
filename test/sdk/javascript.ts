/** What a script with the vendor's JavaScript client does. It turns the check of TLS off: plain HTTP of loopback only. */
import splunk from 'splunk-sdk';

export interface Place {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly version?: string;
}

export function connect({ port, version, ...user }: Place): any {
  const more = version === undefined ? {} : { version };
  return new splunk.Service({ scheme: 'http', host: '127.0.0.1', port, ...user, ...more });
}

interface Rows {
  readonly fields: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Rows as objects, without the missing values. */
function objects({ fields, rows }: Rows): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(fields.map((name, at) => [name, row[at]]).filter(([, value]) => value !== null)),
  );
}

export async function everything(job: any, size: number): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for (;;) {
    const [page] = await job.results({ count: size, offset: all.length });
    const rows = objects(page);
    if (rows.length === 0) return all;
    all.push(...rows);
  }
}

/** The whole round, told as one document. */
export async function runJavaScript(place: Place, search: string): Promise<any> {
  const service = connect(place);
  await service.login();
  const apps = service.apps();
  await apps.fetch();
  const told: Record<string, unknown> = {
    v1: service.disableV2SearchApi(),
    apps: apps.list().map(({ name }: { name: string }) => name),
  };
  let job = await service.search(search, { exec_mode: 'blocking' });
  await job.fetch();
  told['blocking'] = {
    count: job.properties().resultCount,
    usual: (await job.results({}))[0].rows.length,
    rows: await everything(job, 70),
  };
  await job.cancel();
  job = await service.search(search, { exec_mode: 'normal', earliest_time: '0', latest_time: 'now' });
  const seen: number[] = [];
  job = await new Promise((resolve, reject) => {
    void job.track(
      { period: 20 },
      {
        progress: (one: any) => seen.push(Number(one.properties().doneProgress)),
        done: resolve,
        failed: reject,
        error: reject,
      },
    );
  });
  told['normal'] = { seen, rows: await everything(job, 1000) };
  told['log'] = JSON.stringify(await job.searchlog()).includes('DONE');
  told['preview'] = (await job.preview({ count: 0 }))[0].rows.length;
  told['events'] = (await job.events({ count: 0 }))[0].rows.length;
  const found = await service.oneshotSearch(search, { count: 0, output_mode: 'json' });
  told['oneshot'] = found.results;
  await job.cancel();
  told['cancelled'] = await job.fetch().then(
    () => 200,
    ({ status }: { status: number }) => status,
  );
  told['refused'] = await service.search('search x | frobnicate', {}).then(
    () => 201,
    ({ status, data: body }: any) => [status, body.messages[0].text],
  );
  told['wrong'] = await connect({ ...place, password: 'wrong' })
    .login()
    .then(
      () => true,
      ({ status }: { status: number }) => status,
    );
  return told;
}
