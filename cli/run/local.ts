import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { finding, type Finding } from '../../core/findings/finding';
import { runFindings } from '../../core/findings/run';
import { buildBundle, type Bundle } from '../../constructs/gateway/render/bundle';
import { loadPlatform } from '../../schema/load/index';
import { Refusal } from '../refusal';
import { removeOldParts, writeBundle, writeEndpoints } from './bundle-folder';
import { Crew } from './crew';
import { Fleet, retire } from './fleet';
import { drainEnvoy, envoyProgram, portalProgram, processorProgram, untilServing, type GatewayPlaces } from './gateway';
import type { LocalIdentity } from './identity';
import { embeddedIssuer } from './issuer/embedded';
import { issuerUrl } from './issuer/settings';
import { givenIssuer } from './given-issuer';
import { localKeycloak } from './keycloak/index';
import { realmUrl } from './keycloak/settings';
import { realPart } from './parts';
import { freePorts } from './ports';
import { keepContracts } from './platform-identity';
import { asRefusal } from './disk-full';
import { startRedis } from './redis';
import { mergeChange } from './reload';
import { refuseUnlessFree } from './start-checks';
import {
  cleanUpAfterKilled,
  processNamed,
  removeRunState,
  stateFolder,
  writeRunState,
  type StartedProcess,
  type StateFolder,
} from './state';
import { wantedVersions, type WantedVersion } from './wanted';
import { FileWatch } from './watch-files';
import type { ResolvedPlatform } from '../../schema/resolved';
import type { Child } from './child';
import type { Listener } from './events';

export interface LocalOptions {
  /** The project: holds `models/`, perhaps `stacks/`. */
  readonly root: string;
  /** Of the gateway; the issuer takes the next one. @default 8080 */
  readonly port?: number;
  /** Address to listen on. @default 127.0.0.1 */
  readonly host?: string;
  /** Folders of models, absolute, instead of those that the stack names. */
  readonly models?: readonly string[];
  /** Whose routing and limits to use. @default - the built-in stack `local` */
  readonly stack?: string;
  /** Caches in a real Redis. @default false */
  readonly redis?: boolean;
  /** Logs people in by a real Keycloak instead of the embedded issuer. @default false */
  readonly keycloak?: boolean;
  /** Issuer of a provider that runs elsewhere, instead of the embedded one. */
  readonly oidc?: string;
  /** Request workers of the processor. @default 1: each keeps answers of its own, and a question asked twice should show a hit */
  readonly workers?: number;
  /** Where state is kept. @default - `.kea` in the project */
  readonly state?: string;
  /** Follows changes of the files. @default true */
  readonly watch?: boolean;
  readonly listen?: Listener;
  /** Longest time until the first call can be made, milliseconds. @default 60,000 */
  readonly startMs?: number;
  /** Longest time until the gateway has taken a change, milliseconds. @default 15,000 */
  readonly changeMs?: number;
}

/** A platform that runs on this machine. */
export interface LocalPlatform {
  /** `http://localhost:<port>`: where clients call. */
  readonly url: string;
  readonly issuer: string;
  readonly state: StateFolder;
  /** What serves now. */
  readonly platform: () => ResolvedPlatform;
  readonly digest: () => string;
  /** All processes that were started, by the names that people are told. */
  readonly processes: () => readonly StartedProcess[];
  /** An access token of a sample person or machine. */
  readonly token: (person?: string) => Promise<string>;
  /** Looks at the files now, as after a change; resolves when what they say serves or was refused. */
  readonly reload: () => Promise<void>;
  /** Ends everything that was started. */
  readonly stop: () => Promise<void>;
}

const START_MS = 60_000;
const CHANGE_MS = 15_000;
/** After the gateway has turned away from a server, calls that are under way end within this time. */
const TURN_MS = 500;

/**
 * Starts the whole platform: load, check, bundle, then issuer, model servers, portal, processor and Envoy. Resolves when a call can be made.
 *
 * @throws Refusal with findings for everything that a user can mend; whatever was started is ended before.
 */
export async function startLocal(options: LocalOptions): Promise<LocalPlatform> {
  const root = realpathSync(options.root);
  const folder = stateFolder(options.state ?? join(root, '.kea'));
  const run = new LocalRun({ ...options, root }, folder);
  try {
    await run.start();
    return run;
  } catch (error) {
    await run.stop();
    throw asRefusal(error);
  }
}

class LocalRun implements LocalPlatform {
  readonly url: string;
  readonly issuer: string;
  private readonly listen: Listener;
  readonly port: number;
  readonly host: string;
  private readonly fleet: Fleet;
  private identity: LocalIdentity | undefined;
  private socketFolder = '';
  private places: GatewayPlaces | undefined;
  private crew: Crew | undefined;
  private children: { portal?: Child; processor?: Child; envoy?: Child; redis?: Child } = {};
  private watcher: FileWatch | undefined;
  private current: ResolvedPlatform | undefined;
  private bundle: Bundle | undefined;
  private failing: readonly Finding[] = [];
  private stopping: Promise<void> | undefined;
  /** Whether the last look at the files was refused, in whole or for some models. */
  private refusing = false;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: LocalOptions,
    readonly state: StateFolder,
  ) {
    this.port = options.port ?? 8080;
    this.host = options.host ?? '127.0.0.1';
    this.listen = options.listen ?? (() => {});
    this.url = `http://localhost:${this.port}`;
    this.issuer = options.oidc ?? (options.keycloak ? realmUrl(this.port + 1) : issuerUrl(this.port + 1));
    this.fleet = new Fleet(this.state.logs, this.listen, () => this.endpointsChanged());
  }

  readonly platform = (): ResolvedPlatform => this.current as ResolvedPlatform;
  readonly digest = (): string => this.bundle?.index.digest ?? '';
  readonly processes = (): readonly StartedProcess[] => this.crew?.processes ?? [];
  readonly token = (person = 'ada'): Promise<string> => (this.identity as LocalIdentity).token(person);

  async start(): Promise<void> {
    await refuseUnlessFree(this.state, this.port, this.host);
    const left = await cleanUpAfterKilled(this.state);
    if (left.length > 0) this.progress(`ended what a killed run had left: ${left.join(', ')}`);
    for (const path of [this.state.bundle, this.state.logs, this.state.config]) rmSync(path, { recursive: true, force: true });
    for (const path of [this.state.root, this.state.bundle, this.state.logs, this.state.audit, this.state.config])
      mkdirSync(path, { recursive: true, mode: 0o700 });
    this.progress('reading the models');
    const platform = await this.firstLook();
    const envoy = await realPart('envoy', (line) => this.progress(line));
    const redis = this.options.redis ? await realPart('redis', (line) => this.progress(line)) : undefined;
    this.identity = await this.chooseIdentity(platform);
    this.socketFolder = mkdtempSync(join(tmpdir(), 'kea-'));
    this.crew = new Crew(
      this.socketFolder,
      this.listen,
      () => this.fleet.processes(),
      (children) => this.noteChildren(children),
    );
    this.places = await this.choosePlaces(this.identity);
    await this.startPrograms(platform, envoy, redis);
    if (this.options.watch ?? true) {
      this.watcher = new FileWatch(this.watchedFolders(), () => this.reload());
      await this.watcher.ready();
    }
  }

  readonly reload = (): Promise<void> => {
    this.queue = this.queue.then(() => this.takeChange()).catch((error: unknown) => this.tellProblem(error));
    return this.queue;
  };

  readonly stop = (): Promise<void> => (this.stopping ??= this.end());

  private async startPrograms(loaded: ResolvedPlatform, envoy: string, redisBinary: string | undefined): Promise<void> {
    const crew = this.crew as Crew;
    const places = this.places as GatewayPlaces;
    const identity = this.identity as LocalIdentity;
    const platform = identity.onThisMachine(loaded);
    this.current = platform;
    const redis = redisBinary === undefined ? undefined : await startRedis(crew, redisBinary, this.state);
    if (redis) this.children.redis = redis.child;
    const vouching = this.options.keycloak ? await identity.start(crew, platform) : identity.start(crew, platform);
    this.children.portal = crew.start(portalProgram(this.state, places));
    this.children.processor = crew.start(processorProgram(this.state, places, redis?.address));
    this.children.envoy = crew.start(envoyProgram(envoy, platform, this.state, places));
    this.progress('starting the model servers and sending each its examples');
    const failure = await this.serve(platform, this.options.startMs ?? START_MS);
    await vouching;
    if (failure) throw this.refuse(runFindings.notReady, failure);
  }

  /**
   * Makes a platform serve: new servers first, then the gateway, then the old servers go. A contract whose new version fails stays as it was.
   * Resolves with the reason when the gateway does not take it.
   */
  private async serve(wanted: ResolvedPlatform, timeoutMs: number): Promise<string | undefined> {
    const before = this.bundle && this.current;
    const versionsOf = (platform: ResolvedPlatform): readonly WantedVersion[] =>
      wantedVersions(this.options.root, platform, buildBundle(platform).parts);
    const failed = await this.fleet.prepare(versionsOf(wanted));
    const platform = before
      ? keepContracts(
          wanted,
          before,
          failed.filter(({ finding: { severity } }) => severity === 'error').map(({ version }) => version),
        )
      : wanted;
    this.failing = failed.map((each) => each.finding);
    if (this.failing.length > 0) this.listen({ type: 'findings', findings: this.failing, refused: before !== undefined });
    const places = this.places as GatewayPlaces;
    const bundle = buildBundle(platform, places.login ? { login: places.login } : {});
    writeEndpoints(this.state.bundle, this.fleet.endpoints());
    writeBundle(this.state.bundle, bundle);
    const failure = await untilServing(places, bundle.index.digest, timeoutMs, () => this.stopping !== undefined);
    if (failure) return failure;
    const old = this.bundle;
    this.current = platform;
    this.bundle = bundle;
    const gone = this.fleet.turnTo(versionsOf(platform));
    writeEndpoints(this.state.bundle, this.fleet.endpoints());
    removeOldParts(this.state.bundle, old ? [old, bundle] : [bundle]);
    await (this.identity as LocalIdentity).follow(platform);
    this.crew?.note();
    if (gone.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, TURN_MS));
      await retire(gone);
      this.crew?.note();
    }
    return undefined;
  }

  private async firstLook(): Promise<ResolvedPlatform> {
    const result = await this.look();
    const { platform } = mergeChange(result, undefined);
    if (!platform) throw new Refusal(...result.findings);
    if (result.findings.length > 0) this.listen({ type: 'findings', findings: result.findings, refused: false });
    return platform;
  }

  private look(): ReturnType<typeof loadPlatform> {
    const { root, stack, models } = this.options;
    return loadPlatform({
      root,
      ...(stack === undefined ? {} : { stack }),
      ...(models ? { models: models.map((path) => relative(root, path) || '.') } : {}),
    });
  }

  private async takeChange(): Promise<void> {
    if (this.stopping) return;
    const before = this.current as ResolvedPlatform;
    const result = await this.look();
    const { platform, kept } = mergeChange(result, before);
    const refused = !platform || kept.length > 0;
    const wasRefused = this.refusing;
    this.refusing = refused;
    if (result.findings.length > 0) this.listen({ type: 'findings', findings: result.findings, refused });
    if (!platform) return;
    const next = (this.identity as LocalIdentity).onThisMachine(platform);
    const failure = await this.serve(next, this.options.changeMs ?? CHANGE_MS);
    if (failure && !this.stopping) {
      // The files say one thing and the gateway another: put back what serves, so that a restart of the processor finds it.
      if (this.bundle) writeBundle(this.state.bundle, this.bundle);
      throw this.refuse(runFindings.refusedBundle, failure);
    }
    const text = changeInWords(before, this.platform());
    if (text !== '') this.listen({ type: 'changed', digest: this.digest(), text });
    else if (wasRefused && !refused) this.listen({ type: 'progress', text: 'the files are right again, and say what serves already' });
  }

  private endpointsChanged(): void {
    if (this.stopping) return;
    try {
      if (this.bundle) writeEndpoints(this.state.bundle, this.fleet.endpoints());
    } catch (error) {
      this.tellProblem(error);
    }
    this.crew?.note();
  }

  private async chooseIdentity(platform: ResolvedPlatform): Promise<LocalIdentity> {
    if (this.options.oidc !== undefined) return givenIssuer(this.options.oidc);
    if (!this.options.keycloak) return embeddedIssuer(this.state, this, platform);
    const program = await realPart('keycloak', (line) => this.progress(line));
    this.progress('starting Keycloak, which takes half a minute the first time');
    return localKeycloak(this.state, this, program);
  }

  private async choosePlaces({ login }: LocalIdentity): Promise<GatewayPlaces> {
    const [managementPort = 0, adminPort = 0, portalPort = 0] = await freePorts(3);
    const { host, port, socketFolder } = this;
    return {
      host,
      port,
      socketFolder,
      managementPort,
      adminPort,
      portalPort,
      workers: this.options.workers ?? 1,
      ...(login ? { login } : {}),
    };
  }

  private watchedFolders(): readonly string[] {
    const { root, models } = this.options;
    const stacks = join(root, 'stacks');
    const named = models ?? modelFolders(root, this.platform());
    return [...named, ...(existsSync(stacks) ? [stacks] : [])];
  }

  private noteChildren(children: readonly StartedProcess[]): void {
    const run = processNamed('kea run', process.pid);
    if (!run || this.stopping) return;
    const { url, issuer, port, host, socketFolder } = this;
    const trusted = this.options.oidc === undefined ? undefined : this.current?.stack.identity;
    const keycloak = this.options.keycloak ?? false;
    try {
      writeRunState(this.state, { run, url, issuer, keycloak, ...(trusted ? { trusted } : {}), port, host, children, socketFolder });
    } catch (error) {
      this.tellProblem(error);
    }
  }

  private async end(): Promise<void> {
    await this.watcher?.close();
    const { envoy, processor, portal, redis } = this.children;
    if (this.places && envoy?.running) await drainEnvoy(this.places, 3000);
    // From the outside inwards: whoever is called ends after its callers.
    await this.crew?.stop(envoy);
    await this.crew?.stop(processor);
    await Promise.all([this.fleet.stop(), this.crew?.stop(portal, redis, this.identity?.child())]);
    this.crew?.release();
    if (this.socketFolder !== '') rmSync(this.socketFolder, { recursive: true, force: true });
    if (this.crew) removeRunState(this.state);
  }

  private refuse(kind: (typeof runFindings)[keyof typeof runFindings], message: string): Refusal {
    return new Refusal(finding(kind, { message }));
  }

  private progress(text: string): void {
    this.listen({ type: 'progress', text });
  }

  private tellProblem(error: unknown): void {
    const refusal = asRefusal(error);
    if (!(refusal instanceof Refusal)) throw error;
    this.listen({ type: 'findings', findings: refusal.findings, refused: true });
  }
}

/** `models/`, or wherever the models that are loaded stand. */
function modelFolders(root: string, platform: ResolvedPlatform): readonly string[] {
  const tops = new Set(['models', ...platform.models.map(({ folder }) => folder.split('/')[0] ?? '')]);
  return readdirSync(root)
    .filter((name) => tops.has(name) && statSync(join(root, name)).isDirectory())
    .map((name) => join(root, name));
}

/** `iris added, credit-score changed` */
function changeInWords(before: ResolvedPlatform, after: ResolvedPlatform): string {
  const text = (platform: ResolvedPlatform, name: string): string => JSON.stringify(platform.models.find((model) => model.name === name));
  const names = [...new Set([...before.models, ...after.models].map(({ name }) => name))];
  const words = names.flatMap((name) => {
    const [old, now] = [text(before, name), text(after, name)];
    if (old === now) return [];
    return [`${name} ${old === undefined ? 'added' : now === undefined ? 'removed' : 'changed'}`];
  });
  return words.join(', ');
}
