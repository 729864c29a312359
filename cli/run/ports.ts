import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Whether a server can listen there now. @throws what `listen` says, except that the address is taken */
export async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    server.close();
  }
}

/** So many different ports of loopback that nobody listens on. Held together until all are found, so that none comes twice. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(
      servers.map(async (server) => {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        return (server.address() as AddressInfo).port;
      }),
    );
  } finally {
    for (const server of servers) server.close();
  }
}

/** `node, process 4711`: who listens on a port, as far as this machine lets us see. */
export function listenerOn(port: number): string | undefined {
  const seen = output('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']) ?? output('ss', ['-Hltnp', `sport = :${port}`]) ?? '';
  const lsof = /^p(\d+)\nc(.*)$/m.exec(seen);
  if (lsof) return `${lsof[2] ?? ''}, process ${lsof[1] ?? ''}`;
  const ss = /users:\(\("([^"]+)",pid=(\d+)/.exec(seen);
  return ss ? `${ss[1] ?? ''}, process ${ss[2] ?? ''}` : undefined;
}

function output(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 3000 }) || undefined;
  } catch {
    return undefined;
  }
}
