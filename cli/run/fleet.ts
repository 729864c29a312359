import { freePorts } from './ports';
import { VersionServer } from './version-server';
import type { Endpoint, Endpoints } from '../../core/contract/endpoints';
import type { Finding } from '../../core/findings/finding';
import type { Listener } from './events';
import type { WantedVersion } from './wanted';

/** A version that was to be started and does not answer. */
export interface FailedVersion {
  readonly version: WantedVersion;
  readonly finding: Finding;
}

/** All model servers. A change is made in two steps, so that what serves stays up until the gateway has turned to the new ones. */
export class Fleet {
  private serving: readonly VersionServer[] = [];
  private coming: readonly VersionServer[] = [];

  constructor(
    private readonly logs: string,
    private readonly listen: Listener,
    private readonly endpointsChanged: () => void,
  ) {}

  /** First step: starts servers for the versions that have none, and sends examples that changed to those that have one. Nothing that serves is touched. */
  async prepare(wanted: readonly WantedVersion[]): Promise<readonly FailedVersion[]> {
    const missing = wanted.filter((version) => !this.find(version));
    const ports = await freePorts(missing.length);
    const servers = missing.map((version, at) => new VersionServer(version, ports[at] ?? 0, this.logs, this.listen, this.endpointsChanged));
    this.coming = servers;
    const judged = await Promise.all([
      ...servers.map(async (server) => ({ version: server.wanted, finding: await server.start() })),
      ...wanted.flatMap((version) => {
        const server = servers.some(({ wanted: { key } }) => key === version.key) ? undefined : this.find(version);
        return server && server.wanted.proof !== version.proof ? [server.prove(version).then((finding) => ({ version, finding }))] : [];
      }),
    ]);
    this.coming = servers.filter((server) => server.endpoint);
    return judged.flatMap(({ version, finding }) => (finding ? [{ version, finding }] : []));
  }

  /** Second step: from now on exactly these versions serve. Call `retire` with the result once nobody is sent to the others any more. */
  turnTo(wanted: readonly WantedVersion[]): readonly VersionServer[] {
    const byKey = new Map(wanted.map((version) => [version.key, version]));
    const all = [...this.serving, ...this.coming];
    for (const server of all) server.accept(byKey.get(server.wanted.key) ?? server.wanted);
    this.serving = all.filter((server) => byKey.has(server.wanted.key));
    this.coming = [];
    return all.filter((server) => !byKey.has(server.wanted.key));
  }

  private find(version: WantedVersion): VersionServer | undefined {
    return [...this.serving, ...this.coming].find((server) => server.wanted.key === version.key);
  }

  /** Instances of every version that takes calls; also of those that are about to go, until `turnTo` says so. */
  endpoints(): Endpoints {
    const entries = [...this.serving, ...this.coming].flatMap((server): [string, Endpoint[]][] =>
      server.endpoint ? [[server.cluster, [server.endpoint]]] : [],
    );
    return Object.fromEntries(entries);
  }

  processes(): readonly { readonly name: string; readonly pid: number }[] {
    return [...this.serving, ...this.coming].flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
  }

  async stop(): Promise<void> {
    await retire([...this.serving, ...this.coming]);
    this.serving = [];
    this.coming = [];
  }
}

export async function retire(servers: readonly VersionServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
