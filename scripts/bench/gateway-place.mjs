// Everything that the gateway benchmark needs, started on free ports of loopback and ended again: a stand-in model, three Envoys, the real processor.
import { fork, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../lib/project.mjs';
import { ensure } from '../parts/index.mjs';
import { bareEnvoy, floorEnvoy, jwtEnvoy } from './gateway-envoys.mjs';

const fromDist = createRequire(join(root, 'dist/'));
const program = (name) => join(root, 'scripts/bench', name);
const START_MS = 120_000;
const STOP_MS = 8000;

export const ROLE = 'analyst';
const IDENTITY = { issuer: 'https://issuer.bench.invalid', audience: 'kea' };

/** A key made for this run, as a JWKS document, and a token signed by it. */
function identityOfRun(roles) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: IDENTITY.issuer, aud: IDENTITY.audience, sub: 'bench', azp: 'bench', roles, iat: now, exp: now + 3600 };
  const text = `${part({ alg: 'RS256', kid: 'bench', typ: 'JWT' })}.${part(claims)}`;
  return {
    jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'RS256' }] }),
    token: `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`,
  };
}

const FIELDS = ['income', 'age', 'amount', 'tenure', 'score', 'visits', 'balance', 'distance'];

/** The body of every call; `$SERIAL` is ten digits, in calls whose body must not come twice. */
export const bodyOf = (first) => `{${FIELDS.map((field, index) => `"${field}":${index === 0 ? first : index * 7 + 0.5}`).join(',')}}`;

function modelFile() {
  const properties = Object.fromEntries(
    FIELDS.map((field) => [field, { type: 'number', minimum: 0, maximum: 1e12, description: `The ${field}.` }]),
  );
  const method = (cache) => ({
    summary: 'Score one case.',
    request: { title: 'Case', type: 'object', properties, required: FIELDS, additionalProperties: false },
    response: {
      title: 'Score',
      type: 'object',
      properties: { score: { type: 'number', minimum: 0, maximum: 1, description: 'The score.' } },
      required: ['score'],
      additionalProperties: false,
    },
    call: { input: { X: FIELDS }, output: { score: { tensor: 'probabilities', column: 1 } } },
    roles: [ROLE],
    ...(cache ? { cache } : {}),
    examples: [{ name: 'typical', request: JSON.parse(bodyOf(1)), response: { score: 0.75 } }],
  });
  return {
    kea: 'v1',
    owner: 'bench',
    description: 'Model of the gateway benchmark.',
    data: { classification: 'internal', risk: 'minimal' },
    runtime: { framework: 'onnx', concurrency: 256 },
    versions: { '1.0.0': { artifact: { uri: 's3://models/bench/model.onnx', sha256: 'b'.repeat(64) } } },
    methods: { cached: method({ scope: 'shared', ttl: '10m' }), fresh: method() },
    audit: { level: 'metadata' },
  };
}

/** The platform that a project resolves to, by the project's own loader; tokens are verified by the key of this run. */
async function load(folder, jwks) {
  const { platform, findings } = await fromDist('./schema/load/index.js').loadPlatform({ root: folder, stack: 'bench' });
  if (!platform) throw new Error(`the benchmark's models do not load: ${JSON.stringify(findings.slice(0, 5), null, 1)}`);
  const { jwksUri: _, ...identity } = platform.stack.identity;
  return { ...platform, stack: { ...platform.stack, identity: { ...identity, ...IDENTITY, jwksUri: `${IDENTITY.issuer}/keys`, jwks } } };
}

/** A project with the one model of the benchmark. */
function writeModel(folder) {
  const stack = {
    kea: 'v1',
    hostname: 'localhost',
    images: { unpinned: 'warn' },
    identity: { oidc: { issuer: IDENTITY.issuer, audience: IDENTITY.audience, claims: { roles: 'roles' } } },
    artifacts: { store: 's3://models', allow: ['s3://models/'], secret: 'store' },
    secrets: 'existing',
  };
  mkdirSync(join(folder, 'models/bench'), { recursive: true });
  mkdirSync(join(folder, 'stacks'));
  writeFileSync(join(folder, 'models/bench/model.yaml'), JSON.stringify(modelFile()));
  writeFileSync(join(folder, 'stacks/bench.yaml'), JSON.stringify(stack));
}

/**
 * The started programs of one run. `options`: `{workers, envoyThreads, profile, roles, write}`; `profile` is a folder for CPU profiles of the processor,
 * `write(folder)` writes another project than the one model's.
 */
export class Place {
  folder = mkdtempSync(join(tmpdir(), 'kea-bench-'));
  #children = [];
  #keeper = new (fromDist('./cli/run/keeper/keeper.js').Keeper)();
  #options;

  constructor(options) {
    this.#options = options;
  }

  async start() {
    const envoy = await ensure('envoy');
    const { token, jwks } = identityOfRun(this.#options.roles ?? [ROLE]);
    this.token = token;
    (this.#options.write ?? writeModel)(this.folder);
    const platform = (this.platform = await load(this.folder, jwks));
    const ports = await fromDist('./cli/run/ports.js').freePorts(9);
    const [barePort, bareAdmin, jwtPort, jwtAdmin, edgePort, edgeAdmin, management, floorPort, floorAdmin] = ports;
    this.modelPort = await this.#startModel();
    this.ports = { model: this.modelPort, bare: barePort, jwt: jwtPort, gateway: edgePort, floor: floorPort };
    const sockets = join(this.folder, 'sockets');
    mkdirSync(sockets);
    this.#startProcessor(platform, sockets, edgeAdmin, management);
    const { identity } = platform.stack;
    this.managementPort = management;
    // Another project is about the gateway alone.
    const others = this.#options.write === undefined;
    const started = performance.now();
    this.envoyPids = !others
      ? {}
      : {
          bare: this.#startEnvoy(envoy, 'bare', bareEnvoy({ port: barePort, adminPort: bareAdmin, modelPort: this.modelPort })),
          jwt: this.#startEnvoy(
            envoy,
            'jwt',
            jwtEnvoy({ port: jwtPort, adminPort: jwtAdmin, modelPort: this.modelPort }, identity, [ROLE]),
          ),
        };
    if (others) await this.#startFloor(envoy, { port: floorPort, adminPort: floorAdmin, modelPort: this.modelPort }, identity);
    if (!others) await this.#untilAnswers(`http://127.0.0.1:${management}/-/config`, 'the processor', ({ digest }) => digest !== null);
    const waited = performance.now();
    this.envoyPids.gateway = this.#startEnvoy(envoy, 'gateway', this.#gatewayBootstrap(platform, sockets, edgePort, edgeAdmin));
    if (others) {
      await this.#untilAnswers(`http://127.0.0.1:${bareAdmin}/ready`, 'the bare Envoy');
      await this.#untilAnswers(`http://127.0.0.1:${jwtAdmin}/ready`, 'the Envoy with JWT and roles');
    }
    await this.#untilAnswers(`http://127.0.0.1:${management}/-/ready`, 'the gateway');
    /** Milliseconds that the processor took to read the bundle, and Envoy from its start until it served. */
    this.tookMs = { processor: waited - started, envoy: performance.now() - waited };
    const { workers } = await (await fetch(`http://127.0.0.1:${management}/-/config`)).json();
    this.processorPids = [this.supervisor.pid, ...workers.map(({ pid }) => pid)];
    this.load = this.#fork('load', 'gateway-load.mjs');
  }

  /** Runs one job of the load generator. */
  async measure(job) {
    const answer = new Promise((resolve, reject) => {
      this.load.once('message', resolve);
      this.load.once('exit', () => reject(new Error('the load generator ended')));
    });
    this.load.send({ token: this.token, ...job });
    const result = await answer;
    this.load.removeAllListeners('exit');
    return result;
  }

  /** Ends everything in order; what does not end is killed. */
  async stop() {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    this.#keeper.release();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Everything of this run that takes CPU. */
  get pids() {
    return [process.pid, this.modelPid, this.load.pid, ...Object.values(this.envoyPids), ...this.processorPids, ...(this.floorPids ?? [])];
  }

  log(name) {
    return readFileSync(join(this.folder, `${name}.log`), 'utf8').slice(-3000);
  }

  async #startModel() {
    const child = this.#fork('model', 'gateway-model.mjs');
    this.modelPid = child.pid;
    const { port } = await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', () => reject(new Error(`the stand-in model ended: ${this.log('model')}`)));
    });
    child.removeAllListeners('exit');
    return port;
  }

  /** The least that a processor of this shape takes, beside the real one. */
  async #startFloor(envoy, places, identity) {
    const folder = join(this.folder, 'floor');
    mkdirSync(folder);
    const inner = join(folder, 'inner.sock');
    const sockets = Array.from({ length: this.#options.workers }, (_, index) => join(folder, `worker-${index}.sock`));
    const workers = sockets.map((socket, index) => this.#fork(`floor-${index}`, 'gateway-floor.mjs', [socket, inner]));
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
    this.floorPids = workers.map(({ pid }) => pid);
    this.envoyPids.floor = this.#startEnvoy(envoy, 'floor', floorEnvoy(places, identity, [ROLE], sockets, inner));
    await this.#untilAnswers(`http://127.0.0.1:${places.adminPort}/ready`, 'the Envoy of the floor');
  }

  #startProcessor(platform, socketFolder, adminPort, managementPort) {
    const { buildBundle } = fromDist('./constructs/gateway/render/bundle.js');
    const { writeBundle, writeEndpoints } = fromDist('./cli/run/bundle-folder.js');
    const bundleFolder = join(this.folder, 'bundle');
    const building = performance.now();
    const bundle = (this.bundle = buildBundle(platform));
    this.buildMs = performance.now() - building;
    const clusters = bundle.parts.flatMap(({ contract }) => contract.versions.map(({ cluster }) => cluster));
    writeEndpoints(bundleFolder, Object.fromEntries(clusters.map((name) => [name, [{ address: '127.0.0.1', port: this.modelPort }]])));
    writeBundle(bundleFolder, bundle);
    const config = {
      bundleFolder,
      socketFolder,
      workers: this.#options.workers,
      management: { host: '127.0.0.1', port: managementPort },
      envoyAdmin: `http://127.0.0.1:${adminPort}`,
      audit: { folder: join(this.folder, 'audit'), writer: 'bench' },
      cache: { kind: 'memory', maxBytes: 64 * 1024 * 1024 },
      maxBufferedBytes: 256 * 1024 * 1024,
    };
    const file = join(this.folder, 'processor.json');
    writeFileSync(file, JSON.stringify(config));
    const { profile } = this.#options;
    // The supervisor hands its own flags on to the workers.
    const flags = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`, '--cpu-prof-interval=500'] : [];
    this.supervisor = this.#spawn('processor', process.execPath, [
      ...flags,
      join(root, 'dist/services/processor/main.js'),
      '--config',
      file,
    ]);
  }

  #gatewayBootstrap(platform, socketFolder, port, adminPort) {
    const { buildBootstrap } = fromDist('./constructs/gateway/render/bootstrap.js');
    return buildBootstrap(platform, {
      socketFolder,
      workers: this.#options.workers,
      edge: { address: '127.0.0.1', port },
      adminPort,
      accessLog: join(this.folder, 'refusals.log'),
      // All calls come from one address: the limit stays in the chain and never bites.
      perAddress: { perSecond: 1_000_000, burst: 2_000_000 },
    });
  }

  #startEnvoy(binary, name, bootstrap) {
    const file = join(this.folder, `envoy-${name}.json`);
    writeFileSync(file, JSON.stringify(bootstrap));
    const threads = String(this.#options.envoyThreads);
    return this.#spawn(`envoy-${name}`, binary, [
      '-c',
      file,
      '--use-dynamic-base-id',
      '--concurrency',
      threads,
      '--log-level',
      'error',
      '--drain-time-s',
      '1',
    ]).pid;
  }

  #spawn(name, command, args) {
    return this.#watch(spawn(command, args, { detached: true, stdio: ['ignore', ...this.#logOf(name)] }));
  }

  #fork(name, file, args = []) {
    return this.#watch(fork(program(file), args, { detached: true, stdio: ['ignore', ...this.#logOf(name), 'ipc'] }));
  }

  #logOf(name) {
    const file = openSync(join(this.folder, `${name}.log`), 'a');
    setImmediate(() => closeSync(file));
    return [file, file];
  }

  #watch(child) {
    this.#children.push(child);
    this.#keeper.watch(
      this.#children.flatMap(({ pid }) => pid ?? []),
      this.folder,
    );
    return child;
  }

  async #untilAnswers(url, what, fits = () => true) {
    for (const end = Date.now() + START_MS; ; await delay(50)) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (answer?.ok && text !== undefined && (fits.length === 0 || fits(JSON.parse(text)))) return;
      const dead = this.#children.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
      if (dead || Date.now() > end) {
        const logs = ['processor', 'envoy-bare', 'envoy-jwt', 'envoy-gateway'].map((name) => `${name}: ${this.log(name)}`);
        throw new Error(`${what} was not ready within ${START_MS / 1000} s\n${logs.join('\n')}`);
      }
    }
  }
}
