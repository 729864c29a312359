import { parseArgs } from 'node:util';
import { removeExpired } from './retention';
import { auditServer } from './server';
import { AuditWriter } from './writer';

const HOUR_MS = 3_600_000;

/**
 * An audit writer: `node main.js --folder FOLDER --host H --port P --retention-days N`.
 * `KEA_AUDIT_WRITER` names it, unique among writers.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8080' },
      'retention-days': { type: 'string', default: '400' },
    },
  });
  const folder = values.folder;
  const days = Number(values['retention-days']);
  if (!folder || !Number.isInteger(days) || days < 1) throw new Error('--folder and --retention-days (1 or more) are needed');
  const log = (message: string): void =>
    void process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), service: 'audit', message })}\n`);
  const writer = new AuditWriter({
    folder,
    writer: process.env['KEA_AUDIT_WRITER'] ?? 'audit',
    onError: (error) => log(`write failed: ${error.message}`),
  });
  const expire = (): void => {
    removeExpired(folder, days, Date.now()).then(
      (removed) => removed.forEach((name) => log(`removed ${name}: older than ${days} days`)),
      (reason: unknown) => log(`retention: ${String(reason)}`),
    );
  };
  expire();
  setInterval(expire, HOUR_MS).unref();

  const server = auditServer(writer);
  server.listen(Number(values.port), values.host, () => {
    const address = server.address();
    if (address && typeof address === 'object')
      process.stdout.write(`${JSON.stringify({ listening: { host: address.address, port: address.port } })}\n`);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close(() => void writer.close().then(() => process.exit(0)));
      server.closeIdleConnections();
    });
  }
}

try {
  main();
} catch (reason) {
  process.stderr.write(`audit: ${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exit(2);
}
