// node load.mjs URL TOKEN CALLERS PAUSE: so many callers call a method until stdin ends, each pausing so many milliseconds after an answer; then it prints
// what came back. Runs on the cluster's node, where Services are reached. Nothing is tried again. Half of the calls use a connection of their own,
// half share kept ones. Each has another body, so that no cache answers.
import { lookup } from 'node:dns/promises';
import { Agent, request } from 'node:http';

const [address, token, callers, pause] = process.argv.slice(2);
const url = new URL(address);
// A Service keeps its address: what is counted is the platform, not the cluster's names.
const { address: ip } = await lookup(url.hostname);
/** So many are told one by one; all are counted. */
const MOST_FAILURES = 50;
// In turn, so that each connection is told to close while its gateway drains; one that lies idle for all of the drain is cut at its end.
const kept = new Agent({ keepAlive: true, maxSockets: 16, scheduling: 'fifo' });
const counts = {};
const failures = [];
const took = [];
let sent = 0;
let running = 0;
let stopping = false;

function call(number) {
  const started = performance.now();
  const at = new Date().toISOString();
  running += 1;
  const body = JSON.stringify({ income: 20_000 + (number % 90_000), age: 20 + (number % 50), amount: 1000 + (number % 20_000) });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const done = (kind, detail) => {
    running -= 1;
    if (!stopping) setTimeout(() => !stopping && call(sent++), Number(pause));
    counts[kind] = (counts[kind] ?? 0) + 1;
    took.push(performance.now() - started);
    if (kind === 200 || failures.length === MOST_FAILURES) return;
    const failure = { at, ms: Math.round(performance.now() - started), kind, detail };
    failures.push(failure);
    process.stderr.write(`${JSON.stringify(failure)}\n`);
  };
  const outgoing = request(
    url,
    { hostname: ip, method: 'POST', headers, agent: number % 2 ? kept : false, timeout: 20_000 },
    (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => done(response.statusCode, text.slice(0, 300)));
      response.on('error', (error) => done(error.code ?? 'cut', error.message));
    },
  );
  outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error('no answer'), { code: 'TIMEOUT' })));
  outgoing.on('error', (error) => done(error.code ?? 'error', error.message));
  outgoing.end(body);
}

for (let caller = 0; caller < Number(callers); caller++) call(sent++);

process.stdin.resume().on('end', () => {
  stopping = true;
  const last = setInterval(() => {
    if (running > 0) return;
    clearInterval(last);
    took.sort((a, b) => a - b);
    const at = (share) => Math.round((took[Math.floor(took.length * share)] ?? 0) * 10) / 10;
    process.stdout.write(JSON.stringify({ sent, counts, failures, p50: at(0.5), p99: at(0.99) }));
    process.exit(0);
  }, 20);
});
