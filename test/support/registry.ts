import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../cli/run/ports';
import { ensure } from '../../scripts/parts/index.mjs';
import { until } from './until';

const LOGIN = 'kea:only-for-this-test';
/** The same password as its htpasswd file has it. */
const HASHED = 'kea:$2b$04$8pzLzzTFHneRygTamirA1uIMAb8MorzR9dkMw9fKuQxy5b.SUCpPu';

/** A real registry of images on loopback, whose every answer needs a login. */
export class Registry {
  private constructor(
    /** `127.0.0.1:port` */
    readonly host: string,
    readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<Registry> {
    const folder = mkdtempSync(join(tmpdir(), 'kea-registry-'));
    const [port] = await freePorts(1);
    const host = `127.0.0.1:${port}`;
    writeFileSync(join(folder, 'htpasswd'), `${HASHED}\n`);
    writeFileSync(
      join(folder, 'config.yml'),
      JSON.stringify({
        version: 0.1,
        log: { level: 'error' },
        storage: { filesystem: { rootdirectory: join(folder, 'data') } },
        http: { addr: host, secret: 'none' },
        auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
      }),
    );
    const child = spawn(await ensure('docker-registry'), ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    const registry = new Registry(host, folder, child);
    await until(async () => (await fetch(`http://${host}/v2/`).catch(() => undefined))?.status === 401);
    mkdirSync(join(folder, 'login'));
    writeFileSync(join(folder, 'login/config.json'), JSON.stringify({ auths: { [host]: { auth: registry.authorization } } }));
    return registry;
  }

  get authorization(): string {
    return Buffer.from(LOGIN).toString('base64');
  }

  /** Where every engine finds the login, and keeps what it makes below the registry's own folder. */
  get environment(): { readonly [name: string]: string } {
    const at = (name: string): string => join(this.folder, name);
    writeFileSync(at('storage.conf'), `[storage]\ndriver = ""\ngraphroot = "${at('graph')}"\nrunroot = "${at('run')}"\n`);
    return {
      DOCKER_CONFIG: at('login'),
      REGISTRY_AUTH_FILE: at('login/config.json'),
      CONTAINERS_STORAGE_CONF: at('storage.conf'),
      BUILDAH_ISOLATION: 'chroot',
    };
  }

  /** The digest that the registry states for a tag. */
  async digest(repository: string, tag: string): Promise<string | null> {
    const headers = { authorization: `Basic ${this.authorization}`, accept: 'application/vnd.oci.image.manifest.v1+json' };
    return (await fetch(`http://${this.host}/v2/${repository}/manifests/${tag}`, { headers })).headers.get('docker-content-digest');
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
