import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** One request as the stand-in saw it. */
export interface SeenCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The caller of the stand-in left before it answered. */
  aborted: boolean;
}

export type StandInAnswer = (call: SeenCall, response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

/** Stands in for the inner listener and all models behind it: an HTTP server on a Unix socket that answers as it is told. */
export class StandInInner {
  readonly calls: SeenCall[] = [];
  answer: StandInAnswer = (_call, response) => json(response, 200, { score: 0.5 });
  private constructor(private readonly server: Server) {}

  static async start(socketPath: string): Promise<StandInInner> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const inner = new StandInInner(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const call: SeenCall = {
          path: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          aborted: false,
        };
        inner.calls.push(call);
        response.on('close', () => {
          if (!response.writableFinished) call.aborted = true;
        });
        void inner.answer(call, response, request);
      });
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    return inner;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function json(response: ServerResponse, status: number, value: unknown, headers: { [name: string]: string } = {}): void {
  text(response, status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

export function text(response: ServerResponse, status: number, body: string, headers: { [name: string]: string } = {}): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }).end(body);
}
