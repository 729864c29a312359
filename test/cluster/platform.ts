import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProofReport } from '../../cli/prove/report';
import type { Cluster } from '../../scripts/cluster/index.mjs';
import { down, up } from '../../scripts/cluster/index.mjs';
import { buildImage, recipes } from '../../scripts/images/index.mjs';
import { ensure } from '../../scripts/parts/index.mjs';
import { aclFile } from '../../constructs/cache/render/redis-conf';
import { packageRoot } from '../../core/package-root';
import { tokenMaker } from '../integration/envoy/tokens';

const run = promisify(execFile);
const ROOT = packageRoot();
const ISSUER = 'https://login.cluster.test';

/** The platform of the cluster tests: two of everything that must not fail, all digests pinned, keys of the identity provider in the stack file. */
const stackFile = (jwks: string): string => `kea: v1
hostname: models.cluster.test
gateway: { replicas: { min: 2, max: 2 }, cpu: 200m, drain: 15s }
identity: { oidc: { issuer: '${ISSUER}', jwks: '${jwks}' } }
cache: { redis: { managed: { memory: 64Mi } } }
audit: { retention: 30d, replicas: 1, volume: 1Gi }
defaults: { owner: platform-team, scaling: { min: 1, max: 1 }, resources: { cpu: 40m } }
`;

/** What the load generator saw. */
export interface LoadReport {
  readonly sent: number;
  /** By status or error code. */
  readonly counts: { readonly [kind: string]: number };
  readonly failures: readonly { readonly at: string; readonly kind: string | number; readonly detail: string }[];
  readonly p50: number;
  readonly p99: number;
}

/** A project on the disk, and the cluster that it is applied to. */
export class Platform {
  private readonly tokens = tokenMaker(ISSUER, 'kea');
  private readonly rendered: string;
  readonly project: string;

  private constructor(
    readonly cluster: Cluster,
    readonly folder: string,
  ) {
    this.project = join(folder, 'project');
    this.rendered = join(folder, 'rendered');
  }

  /** A new cluster with nothing on it, the images loaded, and the project with the models that every test begins with. */
  static async start(): Promise<Platform> {
    const folder = mkdtempSync(join(tmpdir(), 'kea-cluster-'));
    const platform = new Platform(await up(join(folder, 'node')), folder);
    await platform.loadImages();
    await platform.secrets();
    platform.files();
    return platform;
  }

  /** Logs of the node's programs and of every pod are kept below out/ when something failed. */
  async end(failed: boolean): Promise<void> {
    if (failed) {
      const kept = join(ROOT, 'out', 'cluster');
      rmSync(kept, { recursive: true, force: true });
      mkdirSync(kept, { recursive: true });
      const all = await this.kubectl('get', 'all,events,endpointslices,networkpolicies', '-A', '-o', 'yaml').catch(String);
      writeFileSync(join(kept, 'objects.yaml'), all);
      // `containers` holds links to what lies below `pods`.
      cpSync(this.cluster.place.at('log'), kept, { recursive: true, filter: (file) => !file.endsWith('/containers') });
      process.stderr.write(`logs of the cluster: ${kept}\n`);
    }
    await down(join(this.folder, 'node'));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes the project as every test begins with it: credit-score whole, on its older version. */
  files(): void {
    rmSync(this.project, { recursive: true, force: true });
    cpSync(join(ROOT, 'models/risk'), join(this.project, 'models/risk'), { recursive: true });
    mkdirSync(join(this.project, 'stacks'), { recursive: true });
    writeFileSync(join(this.project, 'stacks/cluster.yaml'), stackFile(this.tokens.jwks));
    this.edit('models/risk/credit-score/v1.yaml', (text) =>
      text
        .replace('weights: { 1.4.0: 90, 1.5.0: 10 }', 'weights: { 1.4.0: 100 }')
        .replace(/^ +rateLimit:.*\n/m, '')
        // On a busy machine an answer may take its time; what must not happen is that there is none.
        .replace('timeout: 2s', 'timeout: 14s')
        .replace('resources: { cpu: 100m, memory: 256Mi }', 'resources: { cpu: 40m, memory: 256Mi }')
        .replace(/^scaling:.*$/m, 'scaling: { min: 2, max: 2 }'),
    );
    this.writeLock();
  }

  edit(file: string, change: (text: string) => string): void {
    const path = join(this.project, file);
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`the edit changes nothing in ${file}`);
    writeFileSync(path, after);
  }

  private lock: { [image: string]: string } = {};

  private writeLock(): void {
    writeFileSync(join(this.project, 'images.lock.yaml'), JSON.stringify(this.lock));
  }

  /** What the plan expects somebody to have made: the users of the managed Redis. */
  private async secrets(): Promise<void> {
    const password = randomBytes(16).toString('hex');
    const hash = createHash('sha256').update(password).digest('hex');
    const acl = join(this.folder, 'users.acl');
    writeFileSync(acl, aclFile('kea:', hash));
    await this.kubectl('create', 'namespace', 'kea-system');
    const values = ['--from-literal=username=kea', `--from-literal=password=${password}`, `--from-file=users.acl=${acl}`];
    await this.kubectl('-n', 'kea-system', 'create', 'secret', 'generic', 'kea-redis', ...values);
  }

  private async loadImages(): Promise<void> {
    for (const id of ['services', 'agent', 'modelServer', 'envoy', 'redis']) {
      const { name, digest, archive } = await buildImage(id);
      this.lock[name] = digest;
      await this.cluster.load(archive);
    }
  }

  /** The command line, in the project. */
  async kea(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [join(ROOT, 'dist/cli/bin.js'), ...args], { cwd: this.project });
    return stdout;
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    return this.cluster.kubectl(...args);
  }

  /** Synth, apply, wait as an apply does: every rollout, then both gates; what is no longer in the plan is removed last. */
  async apply(): Promise<void> {
    const before = `${this.rendered}.before`;
    rmSync(before, { recursive: true, force: true });
    if (existsSync(this.rendered)) renameSync(this.rendered, before);
    if (existsSync(before)) cpSync(before, this.rendered, { recursive: true });
    const { data } = JSON.parse(await this.kea('synth', '--stack', 'cluster', '--out', this.rendered, '--output', 'json')) as {
      data: { written: readonly string[]; removed: readonly string[] };
    };
    if (data.written.length + data.removed.length === 0) return;
    await this.kubectl('apply', '-k', this.rendered);
    await this.settled();
    const gone = filesIn(before).filter((file) => !existsSync(join(this.rendered, file)));
    if (gone.length > 0)
      await this.kubectl('delete', '--ignore-not-found', ...gone.reverse().flatMap((file) => ['-f', join(before, file)]));
  }

  /** Every rollout of the plan has ended, and the Jobs that an apply waits for are complete. */
  async settled(): Promise<void> {
    const workloads = filesIn(this.rendered).filter((file) => /\/(deployment|statefulset)-[^/]*\.yaml$/.test(file));
    for (const file of workloads) await this.kubectl('rollout', 'status', '--timeout=150s', '-f', join(this.rendered, file));
    for (const file of filesIn(this.rendered).filter((each) => /\/job-[^/]*\.yaml$/.test(each)))
      await this.jobEnded(join(this.rendered, file));
  }

  /** Waits for a Job; what its pod said last is the failure. */
  private async jobEnded(file: string): Promise<void> {
    const [name = ''] = (await this.kubectl('get', '-f', file, '-o', 'jsonpath={.metadata.name}')).split('\n');
    const verdict = await this.jobVerdict(name);
    if (verdict !== 'Complete') throw new Error(`${name}: ${verdict}`);
  }

  /** `Complete`, or the last words of the Job's pod. */
  async jobVerdict(name: string): Promise<string> {
    for (let left = 180; left > 0; left -= 1) {
      const conditions = await this.kubectl(
        '-n',
        'kea-system',
        'get',
        'job',
        name,
        '-o',
        'jsonpath={.status.conditions[?(@.status=="True")].type}',
      );
      if (conditions.includes('Complete')) return 'Complete';
      if (conditions.includes('Failed')) return this.lastWords('kea-system', `job-name=${name}`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return 'has not ended after 3 minutes';
  }

  /** What the containers of a selector's pods left as their termination messages, init containers first. */
  async lastWords(namespace: string, selector: string): Promise<string> {
    const each =
      '{range .items[*]}{range .status.initContainerStatuses[*]}{.state.terminated.message}{.lastState.terminated.message}{end}{range .status.containerStatuses[*]}{.state.terminated.message}{end}{end}';
    return this.kubectl('-n', namespace, 'get', 'pods', '-l', selector, '-o', `jsonpath=${each}`);
  }

  token(...roles: readonly string[]): string {
    const now = Math.floor(Date.now() / 1000);
    return this.tokens.token({ roles, exp: now + 3600 });
  }

  /** One call through the gateway's Service, as from any pod or node of the cluster. */
  async call(path: string, token: string, body: object): Promise<{ readonly status: number; readonly body: unknown }> {
    const program = `
      const [url, token, body] = process.argv.slice(1);
      const answer = await fetch(url, { method: 'POST', headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' }, body });
      console.log(JSON.stringify({ status: answer.status, body: await answer.json() }));`;
    const url = `http://kea-gateway.kea-system.svc.cluster.local:8080${path}`;
    const out = await this.cluster.exec(process.execPath, '--input-type=module', '-e', program, url, token, JSON.stringify(body));
    return JSON.parse(out) as { status: number; body: unknown };
  }

  /** `kea prove` as a platform team calls it: by a token each, through kubectl, the gateway's Service forwarded to this machine. */
  async prove(): Promise<ProofReport> {
    const tokens = Object.entries({ analyst: this.token('credit-analyst'), nobody: this.token() });
    for (const [name, token] of tokens) writeFileSync(join(this.folder, name), token);
    const kubectl = await ensure('kubectl');
    const env = { ...process.env, KUBECONFIG: this.cluster.kubeconfig, KEA_KUBECTL: kubectl };
    const door = spawn(kubectl, ['-n', 'kea-system', 'port-forward', 'service/kea-gateway', ':8080'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const port = await new Promise<string>((resolve, reject) => {
        door.stdout.setEncoding('utf8').on('data', (text: string) => {
          const found = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
          if (found !== undefined) resolve(found);
        });
        door.once('exit', () => reject(new Error('no way to the gateway')));
      });
      const context = (await this.kubectl('config', 'current-context')).trim();
      const args = ['prove', '--stack', 'cluster', '--url', `http://127.0.0.1:${port}`, '--context', context, '--output', 'json'];
      const given = tokens.flatMap(([name]) => ['--token', `${name}=${join(this.folder, name)}`]);
      const { stdout } = await run(process.execPath, [join(ROOT, 'dist/cli/bin.js'), ...args, ...given], { cwd: this.project, env }).catch(
        (error: { readonly stdout: string }) => error,
      );
      return (JSON.parse(stdout) as { data: ProofReport }).data;
    } finally {
      door.kill();
    }
  }

  /** Steady calls of credit-score from the node; the returned function ends them and tells what came back. */
  load({ callers = 8, pauseMs = 50 } = {}): () => Promise<LoadReport> {
    const url = 'http://kea-gateway.kea-system.svc.cluster.local:8080/models/credit-score/v1/score';
    const generator = join(ROOT, 'test/cluster/load.mjs');
    const [program, args] = this.cluster.command(
      process.execPath,
      generator,
      url,
      this.token('credit-analyst'),
      String(callers),
      String(pauseMs),
    );
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    return async () => {
      child.stdin.end();
      await ended;
      return JSON.parse(out) as LoadReport;
    };
  }

  /** Ends the oldest process on the node whose command line holds the words, as the kernel's out-of-memory killer would. */
  async kill(words: string): Promise<void> {
    const [pid = ''] = (await this.cluster.exec('pgrep', '--oldest', '--full', words)).trim().split('\n');
    await this.cluster.exec('kill', '-KILL', pid);
  }

  /** Pins a services image with other bytes, the same programs in it. */
  async newServicesImage(): Promise<void> {
    const services = recipes['services']!;
    const next = { ...services, make: async (into: unknown) => ({ ...(await services.make(into)), labels: { 'kea.test': 'next' } }) };
    const { name, digest, archive } = await buildImage('services-next', next);
    await this.cluster.load(archive);
    writeFileSync(join(this.project, 'images.lock.yaml'), JSON.stringify({ ...this.lock, [name]: digest }));
  }

  /** Looks every half second until it is so. */
  async until(what: string, seconds: number, so: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await so())) {
      if (Date.now() > deadline) throw new Error(`not ${what} after ${seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Applies the plan as it is, whatever somebody did to the cluster meanwhile. */
  async reapply(): Promise<void> {
    await this.kubectl('apply', '-k', this.rendered);
  }

  /** Runs a gate of the plan once more; its verdict. */
  async againJob(prefix: string): Promise<string> {
    const file = filesIn(this.rendered).find((each) => each.includes(`/job-${prefix}-`));
    if (!file) throw new Error(`the plan has no Job ${prefix}`);
    await this.kubectl('replace', '--force', '-f', join(this.rendered, file));
    return this.jobVerdict(/job-(.*)\.yaml$/.exec(file)?.[1] ?? '');
  }

  /** Runs credit-score 1.4.0 once more under another name, with one argument of its artifact's fetch replaced; what its status says when it has failed. */
  async spoiled(name: string, [from, to]: readonly [RegExp, string]): Promise<string> {
    const deployment = JSON.parse(
      await this.kubectl('-n', 'kea-models', 'get', 'deployment', 'credit-score-v1-4-0', '-o', 'json'),
    ) as Deployment;
    const { selector, template } = deployment.spec;
    const labels = { 'app.kubernetes.io/instance': name };
    const fetch = template.spec.initContainers.find((container) => container.name === 'artifact-fetch');
    if (!fetch?.args.some((arg) => from.test(arg))) throw new Error(`no argument fits ${String(from)}`);
    fetch.args = fetch.args.map((arg) => arg.replace(from, to));
    Object.assign(template.metadata.labels, labels);
    Object.assign(selector.matchLabels, labels);
    const file = join(this.folder, `${name}.json`);
    const metadata = { name, namespace: 'kea-models' };
    writeFileSync(file, JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { ...deployment.spec, replicas: 1 } }));
    await this.kubectl('apply', '-f', file);
    const select = `app.kubernetes.io/instance=${name}`;
    let said = '';
    await this.until('a reason in the status', 90, async () => (said = await this.lastWords('kea-models', select)) !== '');
    const ready = await this.kubectl('-n', 'kea-models', 'get', 'deployment', name, '-o', 'jsonpath={.status.readyReplicas}');
    if (ready !== '') throw new Error(`${ready} instances are ready`);
    await this.kubectl('delete', '-f', file);
    return said;
  }

  /** Names of the pods that fit a selector, oldest first; those that leave are not among them. */
  async pods(namespace: string, selector: string): Promise<readonly string[]> {
    const list = await this.kubectl('-n', namespace, 'get', 'pods', '-l', selector, '--sort-by=.metadata.creationTimestamp', '-o', 'json');
    const { items } = JSON.parse(list) as { items: { metadata: { name: string; deletionTimestamp?: string } }[] };
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name);
  }

  /** Evicts as a drain does: budgets are asked. */
  async evict(namespace: string, pod: string): Promise<void> {
    const file = join(this.folder, 'eviction.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } }));
    await this.kubectl('create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', file);
  }
}

interface Deployment {
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: { readonly initContainers: readonly { readonly name: string; args: readonly string[] }[] };
    };
  };
}

/** Objects' files below a folder, relative, in the order of application. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
    .sort();
}
