import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../core/canonical';
import type { BundleContract, BundleIndex, BundleMethod, BundlePart, BundleVersion } from '../../core/contract/bundle';
import { encodePart, indexDigest, packText, partDigest } from '../../core/contract/bundle-codec';
import { Header } from '../../core/contract/headers';
import { contractName, methodPath, methodRole, routeId, versionName } from '../../core/contract/names';
import type { ProcessorConfig } from '../../core/contract/processor-config';
import { digestOf } from '../../core/digests';
import type { JsonObject, JsonSchema } from '../../core/json';
import type { FromWorker } from '../../services/processor/messages';
import { RequestWorker } from '../../services/processor/worker/worker';
import { StandInInner } from './stand-in-inner';

/** `credit-score` v1 with method `score`, as small as the rules allow; a test overrides what it is about. */
export interface ContractFixture {
  readonly model?: string;
  readonly contract?: Partial<BundleContract>;
  readonly methods?: readonly (Partial<BundleMethod> & {
    readonly method: string;
    readonly request?: JsonSchema;
    readonly response?: JsonSchema;
  })[];
  readonly versions?: readonly Partial<BundleVersion>[];
  readonly openapi?: JsonObject;
}

export const SCORE_REQUEST: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['income', 'age', 'amount'],
  properties: { income: { type: 'number', minimum: 0 }, age: { type: 'integer', minimum: 0, maximum: 150 }, amount: { type: 'number' } },
};
export const SCORE_RESPONSE: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['score'],
  properties: { score: { type: 'number', minimum: 0, maximum: 1 } },
};

export function makePart(fixture: ContractFixture = {}): BundlePart {
  const model = fixture.model ?? 'credit-score';
  const schemas: { [digest: string]: JsonSchema } = {};
  const keep = (schema: JsonSchema): string => {
    const digest = digestOf(schema);
    schemas[digest] = schema;
    return digest;
  };
  const methods = (fixture.methods ?? [{ method: 'score' }]).map((given): BundleMethod => {
    const { request: requestSchema = SCORE_REQUEST, response: responseSchema = SCORE_RESPONSE, ...rest } = given;
    return {
      summary: 'Score one application.',
      roles: [methodRole(model, given.method)],
      public: false,
      responseCheck: 'enforce',
      call: { kind: 'json', path: `/${given.method}` },
      idempotent: true,
      cache: { scope: 'none' },
      timeoutMs: 2000,
      maxBodyBytes: 4096,
      retries: 1,
      examples: [],
      ...rest,
      requestSchema: keep(requestSchema),
      responseSchema: keep(responseSchema),
    };
  });
  const versions = (fixture.versions ?? [{ version: '1.4.0' }]).map((given, index): BundleVersion => {
    const version = given.version ?? '1.4.0';
    return {
      cluster: versionName(model, version),
      digest: String(index + 1)
        .repeat(64)
        .slice(0, 64),
      protocol: 'json',
      runtimeModel: model,
      concurrency: 8,
      ...given,
      version,
    };
  });
  const contract: BundleContract = {
    model,
    contract: 'v1',
    owner: 'risk-team',
    description: 'Probability that a loan will be repaid.',
    tags: ['risk'],
    classification: 'internal',
    routing: { weights: { [versions[0]?.version ?? '1.4.0']: 100 }, sticky: 'principal', match: [], shadow: {} },
    audit: { level: 'metadata', payload: 'none' },
    lifecycle: { retired: false },
    ...fixture.contract,
    versions,
    methods,
  };
  return { contract, clusters: [], routes: [], schemas, openapi: fixture.openapi ?? {} };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read literal shapes
type Loose = any;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed body. */
  readonly json: Loose;
}

export interface CallOptions {
  readonly model?: string;
  readonly method?: string;
  readonly verb?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly raw?: string | Buffer;
  readonly headers?: { readonly [name: string]: string | readonly string[] | undefined };
  readonly subject?: string;
  readonly roles?: readonly string[];
  readonly part?: string;
  readonly route?: string;
}

/** A real worker in this process on a real Unix socket, with a stand-in for the inner listener; requests carry what the edge would add. */
export class WorkerFixture {
  readonly messages: FromWorker[] = [];
  private parts: readonly BundlePart[] = [];
  index!: BundleIndex;

  private constructor(
    readonly folder: string,
    readonly worker: RequestWorker,
    readonly inner: StandInInner,
  ) {}

  static async start(parts: readonly BundlePart[] = [makePart()], config: Partial<ProcessorConfig> = {}): Promise<WorkerFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'kw-'));
    mkdirSync(join(folder, 'parts'));
    const inner = await StandInInner.start(join(folder, 'inner.sock'));
    const worker = new RequestWorker(
      {
        bundleFolder: folder,
        socketFolder: folder,
        workers: 1,
        management: { host: '127.0.0.1', port: 0 },
        envoyAdmin: 'http://127.0.0.1:1',
        audit: { folder: join(folder, 'audit'), writer: 'test' },
        cache: { kind: 'memory', maxBytes: 1_000_000 },
        maxBufferedBytes: 16_000_000,
        ...config,
      },
      0,
    );
    await worker.listen();
    const fixture = new WorkerFixture(folder, worker, inner);
    await fixture.load(parts);
    return fixture;
  }

  /** Loads a bundle as the supervisor would and waits for the worker's word. */
  async load(parts: readonly BundlePart[], more: Partial<BundleIndex> = {}, document: JsonObject = {}): Promise<FromWorker> {
    const refs = parts.map((part) => ({ name: contractName(part.contract.model, part.contract.contract), digest: partDigest(part) }));
    const files = refs.map((ref, position) => {
      const file = join(this.folder, 'parts', `${ref.digest}.json.gz`);
      writeFileSync(file, encodePart(parts[position] as BundlePart));
      return { ...ref, file };
    });
    const openapi = join(this.folder, 'parts', 'openapi.json.gz');
    writeFileSync(openapi, packText(canonicalJson(document)));
    const body = {
      format: 1 as const,
      stack: 'test',
      parts: refs,
      platformRoutes: [],
      platformClusters: [],
      openapi: digestOf(document),
      ...more,
    };
    const index: BundleIndex = { ...body, digest: indexDigest(body) };
    const answer = await new Promise<FromWorker>((resolve) => this.worker.receive({ type: 'load', index, files, openapi }, resolve));
    if (answer.type === 'loaded') {
      this.parts = parts;
      this.index = index;
    }
    return answer;
  }

  get(options: CallOptions = {}): Promise<Reply> {
    return this.call({ verb: 'GET', ...options });
  }

  call(options: CallOptions = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: this.worker.socketPath, ...this.envelope(options) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          let json: unknown;
          try {
            json = JSON.parse(text);
          } catch {
            json = undefined;
          }
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      });
      sent.on('error', reject);
      sent.end(options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body)));
    });
  }

  /** Path, verb and headers of a request as the edge would send it. */
  envelope(options: CallOptions): { path: string; method: string; headers: { [name: string]: string | string[] } } {
    const part = this.parts.find((each) => each.contract.model === (options.model ?? each.contract.model)) as BundlePart;
    const { model, contract, methods } = part.contract;
    const method = options.method ?? methods[0]?.method ?? 'score';
    const roles = options.roles ?? methods.flatMap((each) => each.roles);
    const verb = options.verb ?? 'POST';
    const headers: { [name: string]: string | readonly string[] | undefined } = {
      ...(verb === 'POST' ? { 'content-type': 'application/json' } : {}),
      [Header.route]: options.route ?? routeId(model, contract, method),
      [Header.part]: options.part ?? (options.route?.startsWith('platform/') ? this.index.digest : partDigest(part)),
      [Header.issuer]: 'https://issuer.example',
      [Header.subject]: options.subject ?? 'ada',
      [Header.client]: 'tests',
      [Header.roles]: Buffer.from(JSON.stringify(roles)).toString('base64'),
      [Header.requestId]: '11111111-2222-4333-8444-555555555555',
      ...options.headers,
    };
    return {
      path: options.path ?? methodPath(model, contract, method),
      method: verb,
      headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as {
        [name: string]: string | string[];
      },
    };
  }

  /** All audit records on disk, after the ones in memory were written. */
  async records(): Promise<Loose[]> {
    await this.worker.services.audit.appendDurable({ id: 'mark', time: 0, source: 'processor' } as never);
    const folder = join(this.folder, 'audit');
    return readdirSync(folder)
      .sort()
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean))
      .map((line) => JSON.parse(line) as { id: string })
      .filter((record) => record.id !== 'mark');
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await this.inner.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
