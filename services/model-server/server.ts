import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BadAnswer, BadRequest, parseInfer, writeInfer } from './infer';
import { Metrics } from './metrics';
import { oneLine, type LoadedModel, type Port } from './model';
import { datatypeOf } from './datatypes';
import { QueueFull, Turns } from './turns';

export interface ModelServerOptions {
  readonly name: string;
  readonly version: string;
  readonly queue: number;
  readonly maxBatch: number;
  readonly maxBody: number;
}

export interface ModelServer {
  readonly http: Server;
  /** Ready turns false, requests in flight are answered, then the server closes. */
  drain(): Promise<void>;
}

/** An answer other than 200: status and the protocol's `{"error": …}`. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: { readonly [name: string]: string } = {},
  ) {
    super(message);
  }
}

type Answer = { readonly type: string; readonly body: string };

/** Open Inference Protocol v2 over HTTP for one model, whose graph is already loaded. */
export function createModelServer(model: LoadedModel, options: ModelServerOptions): ModelServer {
  // One thread computes; more than one at once would only take its memory.
  const turns = new Turns(1, options.queue);
  const metrics = new Metrics();
  let draining = false;

  async function infer(request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const type = request.headers['content-type'];
    if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) throw new Refusal(415, 'only application/json is taken');
    if (request.headers['content-encoding'] !== undefined) throw new Refusal(415, 'no content encoding is taken');
    if (request.headers['inference-header-content-length'] !== undefined) throw new Refusal(400, 'the binary extension is not supported');
    const body = await readBody(request, options.maxBody);
    const parsed = parseInfer(body, model, options);
    return turns.take(async () => {
      const start = process.hrtime.bigint();
      const answers = await model.run(
        parsed.feeds,
        parsed.outputs.map(({ name }) => name),
      );
      metrics.ran(Number(process.hrtime.bigint() - start) / 1e9);
      return json(writeInfer(options, parsed, answers));
    }, signal);
  }

  async function answer(request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    const segments = path.split('/').slice(1).map(decode);
    if (segments[0] === 'metrics' && segments.length === 1) {
      only('GET', request);
      return { type: 'text/plain; version=0.0.4', body: metrics.text(turns.waiting) };
    }
    if (segments[0] !== 'v2') throw new Refusal(404, 'no such path');
    const [, house, name, ...rest] = segments;
    if (house === undefined) return get(request, { name: 'kea-model-server', version: '1', extensions: [] });
    if (house === 'health' && rest.length === 0 && name === 'live') return get(request, { live: true });
    if (house === 'health' && rest.length === 0 && name === 'ready') return ready(request, { ready: true });
    if (house !== 'models' || name === undefined) throw new Refusal(404, 'no such path');
    if (name !== options.name) throw new Refusal(404, `model "${name}" is not served here`);
    const action = rest[0] === 'versions' ? rest.slice(2) : rest;
    if (rest[0] === 'versions' && rest[1] !== options.version) throw new Refusal(404, `version "${rest[1] ?? ''}" is not served here`);
    if (action.length === 0) return get(request, metadata(model, options));
    if (action.length === 1 && action[0] === 'ready') return ready(request, { name, ready: true });
    if (action.length === 1 && action[0] === 'infer') {
      only('POST', request);
      return infer(request, signal);
    }
    throw new Refusal(404, 'no such path');
  }

  function ready(request: IncomingMessage, body: object): Answer {
    if (draining) throw new Refusal(503, 'the server is ending');
    return get(request, body);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the caller went away'));
    });
    const { status, type, body, headers } = await answer(request, gone.signal).then(
      (found) => ({ status: 200, ...found, headers: {} }),
      (error: unknown) => {
        const refusal = refusalOf(error);
        return { status: refusal.status, ...json(JSON.stringify({ error: refusal.message })), headers: refusal.headers };
      },
    );
    if (request.url?.endsWith('/infer')) metrics.answered(status);
    // A body that was refused unread would otherwise be taken for the next request.
    const close = draining || !request.complete ? { connection: 'close' } : {};
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...close, ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  const http = createServer({ keepAlive: true }, (request, response) => void handle(request, response));
  // The gateway's own deadlines are shorter; Node's defaults would end connections under it.
  http.keepAliveTimeout = 620_000;
  http.headersTimeout = 60_000;
  http.requestTimeout = 120_000;

  return {
    http,
    drain: () =>
      new Promise((resolve) => {
        draining = true;
        http.close(() => resolve());
        http.closeIdleConnections();
      }),
  };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof BadRequest) return new Refusal(400, error.message);
  if (error instanceof BadAnswer) return new Refusal(500, error.message);
  if (error instanceof QueueFull) return new Refusal(503, error.message, { 'retry-after': '1' });
  return new Refusal(500, `the model failed: ${oneLine(error)}`);
}

function metadata(model: LoadedModel, options: ModelServerOptions): object {
  const port = ({ name, type, shape }: Port): object => ({ name, datatype: datatypeOf(type), shape });
  return {
    name: options.name,
    versions: [options.version],
    platform: 'onnxruntime_onnx',
    inputs: model.inputs.map(port),
    outputs: model.outputs.map(port),
  };
}

async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const tooLarge = new Refusal(413, `the body is larger than ${most} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function get(request: IncomingMessage, body: object): Answer {
  only('GET', request);
  return json(JSON.stringify(body));
}

function only(method: 'GET' | 'POST', request: IncomingMessage): void {
  const allowed = method === 'GET' ? ['GET', 'HEAD'] : ['POST'];
  if (!allowed.includes(request.method ?? '')) throw new Refusal(405, `only ${method} is taken`, { allow: allowed.join(', ') });
}

function json(body: string): Answer {
  return { type: 'application/json', body };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'the path is not percent-encoded UTF-8');
  }
}
