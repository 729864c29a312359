import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChain } from '../../../services/audit/chain';
import { RemoteAudit } from '../../../services/audit/remote';
import { removeExpired } from '../../../services/audit/retention';
import { auditServer } from '../../../services/audit/server';
import { type AuditEvent, AuditWriter } from '../../../services/audit/writer';

const folders: string[] = [];
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kea-audit-'));
  folders.push(folder);
  return folder;
}

async function startWriter(folder: string): Promise<{ url: string; writer: AuditWriter; server: Server }> {
  const writer = new AuditWriter({ folder, writer: 'audit-0' });
  const server = auditServer(writer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await writer.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, writer, server };
}

function remote(writers: readonly string[]): RemoteAudit {
  const audit = new RemoteAudit({ writers, gateway: 'gateway-a', timeoutMs: 1000, flushMs: 5 });
  closing.push(() => audit.close());
  return audit;
}

function event(id: string): AuditEvent {
  return {
    id,
    time: 1,
    source: 'processor',
    actor: {},
    request: { path: '/models/iris/v1/predict', bytes: 2 },
    decision: { outcome: 'answered' },
    configuration: {},
    result: { status: 200, bytes: 2 },
    timings: { totalMs: 1 },
  };
}

async function records(folder: string): Promise<{ id: string; gateway: string; writer: string }[]> {
  const files = (await readdir(folder)).sort();
  const text = (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; gateway: string; writer: string });
}

test('an acknowledged record is on the writer’s disk, in its chain, with the gateway’s name', async () => {
  const folder = await temporary();
  const { url } = await startWriter(folder);
  const audit = remote([url]);
  expect(await Promise.all(['a', 'b', 'c'].map((id) => audit.appendDurable(event(id))))).toEqual([true, true, true]);
  expect((await records(folder)).map(({ id, gateway, writer }) => ({ id, gateway, writer }))).toEqual(
    ['a', 'b', 'c'].map((id) => ({ id, gateway: 'gateway-a', writer: 'audit-0' })),
  );
  const [file = ''] = await readdir(folder);
  expect(readChain(await readFile(join(folder, file), 'utf8'))).toMatchObject({ ok: true, records: 3 });
});

test('when one writer is away the next one takes the records; when all are, the caller is told', async () => {
  const folder = await temporary();
  const first = await startWriter(await temporary());
  const second = await startWriter(folder);
  const audit = remote([first.url, second.url]);
  first.server.closeAllConnections();
  await new Promise((done) => first.server.close(done));
  expect(await audit.appendDurable(event('a'))).toBe(true);
  expect(await records(folder)).toHaveLength(1);
  second.server.closeAllConnections();
  await new Promise((done) => second.server.close(done));
  expect(await audit.appendDurable(event('b'))).toBe(false);
  expect(audit).toMatchObject({ available: false, lost: 1, written: 1 });
});

test('a gateway cannot choose a place in the chain, and a batch that is no batch leaves nothing', async () => {
  const folder = await temporary();
  const { url } = await startWriter(folder);
  const post = async (body: string): Promise<number> => (await fetch(`${url}/records`, { method: 'POST', body })).status;
  expect(await post(JSON.stringify({ ...event('a'), sequence: 900, writer: 'other', previous: 'x', epoch: 'y' }))).toBe(204);
  expect((await records(folder))[0]).toMatchObject({ id: 'a', sequence: 1, writer: 'audit-0' });
  expect(await post(`${JSON.stringify(event('b'))}\nnot json`)).toBe(400);
  expect(await post('{"no":"id"}')).toBe(400);
  expect(await records(folder)).toHaveLength(1);
});

test('records older than the retention are removed, younger ones stay', async () => {
  const folder = await temporary();
  for (const name of ['old.jsonl', 'new.jsonl', 'other.txt']) await writeFile(join(folder, name), '');
  const day = 86_400;
  await utimes(join(folder, 'old.jsonl'), 0, 1000 * day - 31 * day);
  await utimes(join(folder, 'other.txt'), 0, 0);
  await utimes(join(folder, 'new.jsonl'), 0, 1000 * day - 29 * day);
  expect(await removeExpired(folder, 30, 1000 * day * 1000)).toEqual(['old.jsonl']);
  expect((await readdir(folder)).sort()).toEqual(['new.jsonl', 'other.txt']);
});
