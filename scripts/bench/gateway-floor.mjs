// Program: the least that a processor of this shape does, for the benchmark: one HTTP server of Node on a Unix socket behind an Envoy. It reads the
// body and answers the same at once, or sends it on through Envoy's inner socket to the model; nothing is parsed, judged, recorded or counted.
// What it takes on a machine no real processor of this shape can go below. `gateway-floor.mjs SOCKET INNER_SOCKET`; ends with its parent.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const [socket, inner] = process.argv.slice(2);
const SAME = JSON.stringify({ score: 0.75 });
const pool = new Pool('http://inner', { socketPath: inner, connections: 2048, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });

function answer(response, body) {
  response.writeHead(200, ['content-type', 'application/json', 'content-length', String(body.length)]);
  response.end(body, 'latin1');
}

function forward(response, body) {
  const chunks = [];
  pool.dispatch(
    { path: '/', method: 'POST', headers: ['host', 'model', 'content-type', 'application/json'], body },
    {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData: (_controller, chunk) => chunks.push(chunk),
      onResponseEnd: () => answer(response, Buffer.concat(chunks).toString('latin1')),
      onResponseError: () => response.destroy(),
    },
  );
}

const server = createServer({ keepAliveTimeout: 3_600_000, headersTimeout: 0, requestTimeout: 0 }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => (request.url.endsWith('/cached') ? answer(response, SAME) : forward(response, Buffer.concat(chunks))));
});
server.listen({ path: socket, backlog: 4096 }, () => process.send('listening'));
process.on('disconnect', () => process.exit(0));
