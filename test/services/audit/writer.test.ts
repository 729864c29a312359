import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../core/package-root';
import { CHAIN_START, readChain, type ChainState } from '../../../services/audit/chain';
import { AuditWriter, type AuditEvent } from '../../../services/audit/writer';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kea-audit-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const event = (id: string): AuditEvent => ({
  id,
  time: 1,
  source: 'processor',
  actor: { subject: 'ada' },
  request: { path: '/models/m/v1/x', bytes: 3 },
  decision: { outcome: 'answered' },
  configuration: {},
  result: { status: 200, bytes: 1 },
  timings: { totalMs: 1 },
});

interface Line {
  readonly id: string;
  readonly sequence: number;
  readonly epoch: string;
  readonly lost?: number;
}

/** All records below the folder, after the chain of every epoch was followed over its files. */
function readAll(from = folder, torn = 0): Line[] {
  const epochs = new Map<string, ChainState>();
  const lines: Line[] = [];
  for (const file of readdirSync(from).sort()) {
    const epoch = file.split('.')[1] as string;
    const content = readFileSync(join(from, file), 'utf8');
    const reading = readChain(content, epochs.get(epoch));
    expect(reading).toMatchObject({ ok: true });
    if (!reading.ok) continue;
    expect(reading.tornBytes > 0 ? 1 : 0).toBeLessThanOrEqual(torn);
    epochs.set(epoch, reading.end);
    lines.push(
      ...content
        .split('\n')
        .slice(0, reading.records)
        .map((line) => JSON.parse(line) as Line),
    );
  }
  return lines;
}

test('a record has its place: class, writer, epoch, sequence, hash of the one before', async () => {
  const writer = new AuditWriter({ folder, writer: 'gateway-0' });
  writer.append(event('a'));
  expect(await writer.appendDurable(event('b'))).toBe(true);
  await writer.close();
  const [file] = readdirSync(folder);
  expect(file).toBe(`gateway-0.${writer.epoch}.000000.jsonl`);
  const lines = readFileSync(join(folder, file as string), 'utf8')
    .trimEnd()
    .split('\n');
  expect(JSON.parse(lines[0] as string)).toEqual({
    class_uid: 6003,
    writer: 'gateway-0',
    epoch: writer.epoch,
    sequence: 1,
    previous: CHAIN_START,
    ...event('a'),
  });
  expect(JSON.parse(lines[1] as string)).toMatchObject({ id: 'b', sequence: 2 });
  expect(readAll().map((line) => line.id)).toEqual(['a', 'b']);
});

test('best-effort records reach the disk by themselves', async () => {
  const writer = new AuditWriter({ folder, writer: 'w', flushMs: 5 });
  for (let index = 0; index < 2000; index++) writer.append(event(String(index)));
  for (let waited = 0; writer.written < 2000 && waited < 500; waited++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(readAll().map((line) => line.id)).toEqual(Array.from({ length: 2000 }, (_, index) => String(index)));
  await writer.close();
});

test('many durable records share their syncs and keep their order', async () => {
  const writer = new AuditWriter({ folder, writer: 'w' });
  const written = await Promise.all(Array.from({ length: 1000 }, (_, index) => writer.appendDurable(event(String(index)))));
  expect(written.every(Boolean)).toBe(true);
  expect(readAll().map((line) => line.sequence)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  await writer.close();
});

test('files are rotated by size and the chain goes on', async () => {
  const writer = new AuditWriter({ folder, writer: 'w', maxFileBytes: 2000 });
  for (let index = 0; index < 30; index++) await writer.appendDurable(event(String(index)));
  await writer.close();
  expect(readdirSync(folder).length).toBeGreaterThan(3);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).size).toBeLessThan(2600);
  expect(readAll()).toHaveLength(30);
});

test('a restart is a new epoch; files of the old one are not touched', async () => {
  for (const id of ['a', 'b']) {
    const writer = new AuditWriter({ folder, writer: 'w' });
    await writer.appendDurable(event(id));
    await writer.close();
  }
  const lines = readAll();
  // Two lives may begin within one millisecond, and then their files' names do not tell which was first.
  expect(new Map(lines.map((line) => [line.id, line.sequence]))).toEqual(
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  );
  expect(new Set(lines.map((line) => line.epoch)).size).toBe(2);
});

test('every changed, missing, exchanged or added line is found', async () => {
  const writer = new AuditWriter({ folder, writer: 'w' });
  for (let index = 0; index < 5; index++) await writer.appendDurable(event(String(index)));
  await writer.close();
  const text = readFileSync(join(folder, readdirSync(folder)[0] as string), 'utf8');
  const lines = text.trimEnd().split('\n');
  const joined = (parts: readonly (string | undefined)[]): string => parts.map((line) => `${line}\n`).join('');
  expect(readChain(text)).toMatchObject({ ok: true, records: 5, tornBytes: 0 });
  expect(readChain(joined([lines[0], lines[1]?.replace('"ada"', '"eve"'), lines[2]]))).toEqual({
    ok: false,
    line: 3,
    reason: 'other-previous',
  });
  expect(readChain(joined([lines[0], lines[2]]))).toEqual({ ok: false, line: 2, reason: 'gap' });
  expect(readChain(joined([lines[1]]))).toEqual({ ok: false, line: 1, reason: 'gap' });
  expect(readChain(joined([lines[0], lines[0]]))).toEqual({ ok: false, line: 2, reason: 'gap' });
  expect(readChain(joined([lines[0], '']))).toEqual({ ok: false, line: 2, reason: 'not-json' });
  expect(readChain(`${text}{"sequ`)).toMatchObject({ ok: true, records: 5, tornBytes: 6 });
});

describe('a disk that takes nothing', () => {
  test('durable says so, best effort is counted, and both go on afterwards without a gap', async () => {
    const blocked = join(folder, 'records');
    writeFileSync(blocked, 'a file where the folder should be');
    const errors: Error[] = [];
    const writer = new AuditWriter({ folder: blocked, writer: 'w', flushMs: 1, onError: (error) => errors.push(error) });
    writer.append(event('lost-1'));
    expect(await writer.appendDurable(event('lost-2'))).toBe(false);
    expect([writer.available, writer.lost, writer.written]).toEqual([false, 2, 0]);
    expect(errors.length).toBeGreaterThan(0);
    rmSync(blocked);
    expect(await writer.appendDurable(event('kept'))).toBe(true);
    expect(writer.available).toBe(true);
    await writer.close();
    expect(readAll(blocked)).toMatchObject([{ id: 'kept', sequence: 1, lost: 2 }]);
  });

  test('best-effort records beyond the queue are counted', async () => {
    const writer = new AuditWriter({ folder, writer: 'w', maxQueued: 10, flushMs: 60_000 });
    for (let index = 0; index < 25; index++) writer.append(event(String(index)));
    expect(writer.lost).toBe(15);
    await writer.close();
    expect(readAll()).toHaveLength(10);
  });
});

/** Runs the compiled writer in a process of its own. */
function child(script: string, shell = ''): { process: ReturnType<typeof spawn>; output: () => string; ended: Promise<unknown> } {
  const program = `const { AuditWriter } = require(${JSON.stringify(join(packageRoot(), 'dist/services/audit/writer.js'))});
    const event = (id) => ({ id, time: 1, source: 'processor', actor: {}, request: { path: '/', bytes: 0, pad: 'x'.repeat(300) }, decision: { outcome: 'answered' }, configuration: {}, result: { status: 200, bytes: 0 }, timings: { totalMs: 0 } });
    const folder = ${JSON.stringify(folder)};
    (async () => { ${script} })();`;
  const spawned = spawn('bash', ['-c', `${shell} exec "${process.execPath}" -e "$0"`, program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  spawned.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { process: spawned, output: () => text, ended: new Promise((resolve) => spawned.once('close', resolve)) };
}

test('kill -9 in the middle leaves a readable chain with every record that was acknowledged', async () => {
  for (let life = 0; life < 3; life++) {
    const {
      process: writing,
      output,
      ended,
    } = child(`
      const writer = new AuditWriter({ folder, writer: 'w', flushMs: 1, maxFileBytes: 20000 });
      for (let round = 0; ; round++) {
        for (let i = 0; i < 5; i++) writer.append(event('best-' + round + '-' + i));
        const ids = Array.from({ length: 5 }, (_, i) => ${life} + '-' + round + '-' + i);
        await Promise.all(ids.map((id) => writer.appendDurable(event(id)).then((written) => written && require('node:fs').writeSync(1, id + '\\n'))));
      }`);
    while (output().split('\n').length < 200) await new Promise((resolve) => setTimeout(resolve, 10));
    writing.kill('SIGKILL');
    await ended;
    const kept = new Set(readAll(folder, 1).map((line) => line.id));
    const acknowledged = output()
      .trimEnd()
      .split('\n')
      .filter((line) => /^\d-\d+-\d$/.test(line));
    expect(acknowledged.length).toBeGreaterThan(150);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  }
}, 20_000);

test('a write that ends half-way leaves neither half a record nor a gap', async () => {
  // A limit on the size of a file makes the kernel take the first bytes of a batch and refuse the rest, as a full disk does.
  const { output, ended } = child(
    `const writer = new AuditWriter({ folder, writer: 'w' });
     const results = [];
     for (let round = 0; round < 20; round++) results.push(await Promise.all(Array.from({ length: 4 }, (_, i) => writer.appendDurable(event(round + '-' + i)))));
     await writer.close();
     console.log(JSON.stringify({ results: results.flat(), lost: writer.lost }));`,
    'ulimit -f 8;',
  );
  await ended;
  const { results, lost } = JSON.parse(output()) as { results: boolean[]; lost: number };
  const lines = readAll();
  expect(results.filter((written) => !written).length).toBe(lost);
  expect(lost).toBeGreaterThan(0);
  expect(lines).toHaveLength(80 - lost);
  expect(lines.map((line) => line.sequence)).toEqual(Array.from({ length: lines.length }, (_, index) => index + 1));
  expect(lines.at(-1)?.lost).toBe(lost);
});
