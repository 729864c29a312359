import { request as httpRequest } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import type { GatewayOptions } from '../../../constructs/gateway/render/options';
import type { ResolvedMethod } from '../../../schema/resolved';
import { method, model, version } from '../../constructs/gateway/platform';
import { RecordingModel } from '../../support/recording-model';
import { RedisServer, sealFile } from '../../support/redis';
import { until } from '../../support/until';
import { type Answer, LiveGateway } from '../envoy/gateway';

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** The whole way of a call: a real Envoy, the real processor with two workers, a real Redis; only the model is a stand-in. */
export class LiveCache {
  readonly model = new RecordingModel();
  readonly gateway: LiveGateway;
  private sessions: ClientHttp2Session[] = [];

  private constructor(readonly redis: RedisServer) {
    const cache = {
      kind: 'redis',
      addresses: [redis.address],
      mode: 'single',
      tls: false,
      prefix: 'kea:',
      sealFile: sealFile(),
      patienceMs: 500,
    } as const;
    this.gateway = new LiveGateway('real', this.model.listener, cache);
  }

  /** A model `credit` with these methods; every one may be called without a second execution by the gateway. */
  static async start(
    methods: { readonly [name: string]: Partial<ResolvedMethod> },
    options: GatewayOptions = {},
    redis?: RedisServer,
  ): Promise<LiveCache> {
    const live = new LiveCache(redis ?? (await RedisServer.start()));
    const made = Object.entries(methods).map(([name, more]) => method('credit', name, { retries: 0, ...more }));
    const runtime = { ...version('1.0.0').runtime, concurrency: 400 };
    await live.gateway.start(
      [model('credit', { versions: [version('1.0.0', { framework: 'container', runtime })], methods: made })],
      options,
    );
    return live;
  }

  /** A token with a role for every method, or these. */
  token(subject = 'ada', roles: readonly string[] = ['plain', 'shared', 'own', 'limited', 'both'], more: object = {}): string {
    return this.gateway.tokens.token({ sub: subject, roles: roles.map((name) => `credit:${name}`), ...more });
  }

  call(name: string, x: number, token = this.token(), headers: { readonly [name: string]: string } = {}): Promise<Answer> {
    return this.gateway.call('POST', `/models/credit/v1/${name}`, { token, body: `{"x":${x}}`, headers });
  }

  /** As many equal calls at once, over connections that carry 100 each. */
  many(name: string, x: number, count: number, token = this.token()): Promise<readonly Reply[]> {
    while (this.sessions.length * 100 < count) {
      const session = connectHttp2(`http://127.0.0.1:${this.gateway.edgePort}`);
      session.on('error', () => undefined);
      this.sessions.push(session);
    }
    const headers = {
      ':method': 'POST',
      ':path': `/models/credit/v1/${name}`,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    };
    return Promise.all(
      Array.from({ length: count }, (_, index) => {
        const stream = (this.sessions[Math.floor(index / 100)] as ClientHttp2Session).request(headers);
        return new Promise<Reply>((resolve) => {
          let status = 0;
          let text = '';
          stream
            .on('response', (received) => (status = Number(received[':status'])))
            .on('data', (chunk: Buffer) => (text += chunk.toString()))
            .on('error', () => resolve({ status: 0, text }))
            .on('end', () => resolve({ status, text }));
          stream.end(`{"x":${x}}`);
        });
      }),
    );
  }

  /** A call whose caller leaves when the answered function is called. */
  leaver(name: string, x: number): () => void {
    const sent = httpRequest({
      host: '127.0.0.1',
      port: this.gateway.edgePort,
      method: 'POST',
      path: `/models/credit/v1/${name}`,
      headers: { authorization: `Bearer ${this.token()}`, 'content-type': 'application/json' },
      agent: false,
    });
    sent.on('error', () => undefined);
    sent.end(`{"x":${x}}`);
    return () => void sent.destroy();
  }

  /** Both workers find and keep answers of this shared method: many calls in a row are hits. */
  async untilCaching(name = 'shared', x = 0): Promise<void> {
    await until(async () => {
      for (let turn = 0; turn < 12; turn++) if (!isHit(await this.call(name, x))) return false;
      return true;
    }, 15_000);
  }

  async stop(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    this.redis.resume();
    await this.gateway.stop();
    await this.redis.stop();
  }
}

export function isHit(answer: Answer): boolean {
  return String(answer.headers['cache-status']).startsWith('kea; hit');
}
