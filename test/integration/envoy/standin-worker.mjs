// A stand-in for the request worker: speaks the supervisor's messages and forwards through the inner listener, checks nothing.
// It answers what it saw, so that the tests of the gateway can look at what the edge sends.
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';

const argument = (name) => process.argv[process.argv.indexOf(`--${name}`) + 1];
const config = JSON.parse(readFileSync(argument('config'), 'utf8'));
const index = Number(argument('index'));
const socket = join(config.socketFolder, `worker-${index}.sock`);
const parts = new Map();
let bound = false;
let answered = 0;

function toInner(cluster, request, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'x-kea-cluster': cluster,
      'x-kea-subject': request.headers['x-kea-subject'] ?? '',
      'x-envoy-upstream-rq-timeout-ms': request.headers['test-timeout'] ?? '1500',
      authorization: 'Bearer must-not-reach-the-model',
      'x-request-id': request.headers['x-request-id'],
    };
    const call = http.request(
      { socketPath: join(config.socketFolder, 'inner.sock'), method: 'POST', path: '/v2/infer', headers },
      (response) => {
        let text = '';
        response
          .on('data', (chunk) => (text += chunk))
          .on('end', () => resolve({ status: response.statusCode, inner: response.headers['x-kea-inner'], text }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

const server = http.createServer((request, response) => {
  // A caller that went away is no reason to die.
  serve(request, response).catch(() => response.destroy());
});

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const part = parts.get(request.headers['x-kea-part']);
  const answer = (status, body) => {
    answered += 1;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ worker: index, path: request.url, method: request.method, headers: request.headers, ...body }));
  };
  if (request.url === '/-/health' && !request.headers['x-kea-route']) return answer(200, {});
  if (request.headers['x-kea-route'] === 'platform/ready') return answer(part ? 200 : 503, { bundle: request.headers['x-kea-part'] });
  if (!part) return answer(503, { problem: 'configuration-pending' });
  if (request.headers['x-kea-route'].startsWith('platform/') || request.method === 'GET') return answer(200, {});
  if (request.headers['test-hang']) return undefined;
  const version = part.contract.versions.find((each) => each.version === request.headers['kea-version']) ?? part.contract.versions[0];
  const model = await toInner(version.cluster, request, Buffer.concat(chunks));
  return answer(model.inner ? 502 : model.status, { version: version.version, model });
}
server.keepAliveTimeout = 3_600_000;

process.on('message', (message) => {
  switch (message.type) {
    case 'load': {
      const refusal = message.index.stack === 'refused-by-workers' ? 'this stack is not served' : undefined;
      if (refusal) return process.send({ type: 'refused', digest: message.index.digest, reason: refusal });
      parts.set(message.index.digest, { platform: true });
      for (const { digest, file } of message.files) parts.set(digest, JSON.parse(gunzipSync(readFileSync(file))));
      process.send({ type: 'loaded', digest: message.index.digest });
      if (bound) return undefined;
      bound = true;
      rmSync(socket, { force: true });
      return server.listen({ path: socket, backlog: 4096 }, () => {
        chmodSync(socket, 0o660);
        process.send({ type: 'listening', socket });
      });
    }
    case 'forget':
      return message.digests.forEach((digest) => parts.delete(digest));
    case 'drain':
      return (server.close(() => process.exit(0)), server.closeIdleConnections());
    default:
      return undefined;
  }
});
process.on('disconnect', () => process.exit(0));
setInterval(
  () => process.connected && process.send({ type: 'metrics', values: { 'kea_requests_total{route="test"}': answered } }),
  200,
).unref();
