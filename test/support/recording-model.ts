import type { IncomingMessage, ServerResponse } from 'node:http';

/** One call that reached the model, whole or in part. */
export interface SeenCall {
  readonly path: string;
  readonly body: string;
}

/** A model that remembers every byte that reached it. `began` also counts calls whose body never ended, `left` those that were cut before the answer. */
export class RecordingModel {
  began = 0;
  left = 0;
  calls: SeenCall[] = [];
  answer: (call: SeenCall, response: ServerResponse) => void = (_call, response) => sendJson(response, '{"y":1}');

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    this.began++;
    const chunks: Buffer[] = [];
    response.on('close', () => (this.left += response.writableFinished ? 0 : 1));
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const call = { path: request.url ?? '', body: Buffer.concat(chunks).toString() };
      this.calls.push(call);
      this.answer(call, response);
    });
  };

  reset(): void {
    [this.began, this.left, this.calls] = [0, 0, []];
    this.answer = (_call, response) => sendJson(response, '{"y":1}');
  }
}

export function sendJson(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
