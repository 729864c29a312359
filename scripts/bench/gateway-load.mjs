// Program: the load generator of the gateway benchmark, in a process of its own. Calls only 127.0.0.1, for a bounded time and a bounded number of
// calls, and ends with the process that forked it. One job at a time: `{type: 'job', …}` in, `{type: 'done', …}` out.
import { connect } from 'node:net';
import { percentile } from './gateway-figures.mjs';

const MAX_SECONDS = 60;
const MAX_CALLS = 5_000_000;
const MAX_CONNECTIONS = 1024;
/** How long calls under way at the end are waited for. */
const GRACE_MS = 2000;
const HEAD_END = Buffer.from('\r\n\r\n');

// Ten digits from here on, so that every body has the same length and none comes twice.
let serial = 1_000_000_000 + (process.pid % 1000) * 1_000_000;

/** Head and body around the number that makes a body one of its own. */
function requestMaker({ path, token, body }) {
  const [before, after] = body.split('$SERIAL');
  const length = after === undefined ? before.length : before.length + 10 + after.length;
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${length}`,
  ].join('\r\n');
  const start = `${head}\r\n\r\n${before}`;
  return after === undefined ? () => start : () => `${start}${(serial += 1)}${after}`;
}

/** A connection that carries one call at a time. `onAnswer(status, cache)` for each answer; `onEnd` when it broke. */
class Connection {
  #rest = Buffer.alloc(0);
  startedAt = 0;
  busy = false;

  constructor(port, onAnswer, onEnd) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.on('error', () => {});
    this.socket.on('close', () => onEnd(this));
    this.socket.on('data', (chunk) => this.#take(chunk, onAnswer));
  }

  send(text, startedAt) {
    this.busy = true;
    this.startedAt = startedAt;
    this.socket.write(text, 'latin1');
  }

  #take(chunk, onAnswer) {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = this.#rest.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.#rest.latin1Slice(0, end + 2);
    const length = /\r\ncontent-length: *([0-9]+)\r\n/i.exec(head);
    if (!length || !this.busy) return this.socket.destroy();
    if (this.#rest.length < end + HEAD_END.length + Number(length[1])) return;
    this.#rest = Buffer.alloc(0);
    this.busy = false;
    onAnswer(this, Number(head.slice(9, 12)), /\r\ncache-status: kea; (hit|fwd=miss)/.exec(head)?.[1]);
  }
}

/** Opens the connections, sends as the job says, waits for what is under way. */
function perform(job) {
  const seconds = Math.min(job.seconds, MAX_SECONDS);
  const next = requestMaker(job);
  const latencies = [];
  const statuses = {};
  const caches = {};
  const waiting = [];
  let sent = 0;
  let lost = 0;
  let stopping = false;
  return new Promise((resolve) => {
    const onAnswer = (connection, status, cache = 'none') => {
      latencies.push(performance.now() - connection.startedAt);
      statuses[status] = (statuses[status] ?? 0) + 1;
      caches[cache] = (caches[cache] ?? 0) + 1;
      if (stopping) return finishWhenIdle();
      if (!job.rate) start(connection, performance.now());
      else if (waiting.length > 0) start(connection, waiting.shift());
    };
    const onEnd = (connection) => {
      if (connection.busy) lost += 1;
      connection.busy = false;
      const at = connections.indexOf(connection);
      if (stopping || at < 0) return finishWhenIdle();
      connections[at] = new Connection(job.port, onAnswer, onEnd);
      // A connection that breaks at once must not become a busy loop.
      if (!job.rate) setTimeout(() => stopping || start(connections[at], performance.now()), 50);
    };
    const start = (connection, startedAt) => {
      if (sent >= MAX_CALLS) return;
      sent += 1;
      connection.send(next(), startedAt);
    };
    const connections = Array.from({ length: Math.min(job.connections, MAX_CONNECTIONS) }, () => new Connection(job.port, onAnswer, onEnd));
    const began = performance.now();
    let endedAt;
    let grace;
    const finish = () => {
      clearTimeout(grace);
      const abandoned = connections.filter(({ busy }) => busy).length;
      for (const { socket } of connections.splice(0)) socket.removeAllListeners('close').destroy();
      latencies.sort((a, b) => a - b);
      const answered = latencies.length;
      const good = statuses[200] ?? 0;
      resolve({
        answered,
        failed: answered - good + lost + abandoned + waiting.length,
        statuses,
        caches,
        seconds: (endedAt - began) / 1000,
        perSecond: answered / ((endedAt - began) / 1000),
        p50Ms: percentile(latencies, 50),
        p90Ms: percentile(latencies, 90),
        p99Ms: percentile(latencies, 99),
        maxMs: percentile(latencies, 100),
      });
    };
    const finishWhenIdle = () => {
      endedAt = performance.now();
      if (stopping && !connections.some(({ busy }) => busy)) finish();
    };
    if (job.rate)
      pace(
        job.rate,
        began,
        () => stopping,
        (at) => {
          const idle = connections.find(({ busy }) => !busy);
          if (idle) start(idle, at);
          else if (waiting.length < 10_000) waiting.push(at);
          else lost += 1;
        },
      );
    else for (const connection of connections) start(connection, began);
    setTimeout(() => {
      stopping = true;
      grace = setTimeout(() => {
        endedAt = performance.now();
        finish();
      }, GRACE_MS);
      finishWhenIdle();
    }, seconds * 1000);
  });
}

/** Calls `due` so often that the rate holds, whatever the answers do. A call counts from the tick that wants it: lateness of this timer is not the gateway's. */
function pace(rate, began, stopped, due) {
  let wanted = 0;
  const tick = () => {
    if (stopped()) return;
    const now = performance.now();
    for (const target = Math.floor(((now - began) / 1000) * rate); wanted < target; wanted += 1) due(now);
    setTimeout(tick, 1);
  };
  tick();
}

process.on('message', (job) => void perform(job).then((result) => process.connected && process.send({ type: 'done', ...result })));
process.on('disconnect', () => process.exit(0));
