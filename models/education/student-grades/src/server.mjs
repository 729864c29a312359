// A small HTTP service with no dependencies: POST /read and /write take and give the JSON of the contract, GET /healthz says that it is up.
// PORT (default 8080) and HOST say where it listens; STUDENT_GRADES_FILE, if set, keeps the grades over restarts.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const MOST_COURSES = 100;
const MOST_STUDENTS = 10_000;
const MOST_BYTES = 4096;
const file = process.env.STUDENT_GRADES_FILE;

const SEED = {
  's-1001': { biology: 88, history: 94 },
  's-1002': { biology: 71, mathematics: 65.5 },
};

/** Student → course → grade. */
const grades = new Map(Object.entries(load()).map(([student, courses]) => [student, new Map(Object.entries(courses))]));

function load() {
  if (!file) return SEED;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return SEED;
    throw error;
  }
}

function save() {
  if (!file) return;
  const plain = Object.fromEntries([...grades].map(([student, courses]) => [student, Object.fromEntries(courses)]));
  writeFileSync(`${file}.new`, JSON.stringify(plain));
  renameSync(`${file}.new`, file);
}

const methods = {
  '/read': ({ student }) => {
    const found = [...(grades.get(student) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([course, grade]) => ({ course, grade }));
    if (found.length === 0) return { student, grades: [] };
    const mean = found.reduce((sum, { grade }) => sum + grade, 0) / found.length;
    return { student, grades: found, average: Math.round(mean * 100) / 100 };
  },
  '/write': ({ student, course, grade }) => {
    const courses = grades.get(student) ?? new Map();
    if (!grades.has(student) && grades.size >= MOST_STUDENTS) throw new Refused(409, 'no more students fit');
    if (!courses.has(course) && courses.size >= MOST_COURSES) throw new Refused(409, 'no more courses fit');
    grades.set(student, courses.set(course, grade));
    save();
    return { student, course, grade };
  },
};

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Refused(413, `more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refused(400, 'not JSON');
  }
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function answer(request, response) {
  if (request.url === '/healthz' && request.method === 'GET') return send(response, 200, { ready: true });
  const method = Object.hasOwn(methods, request.url) ? methods[request.url] : undefined;
  if (!method) return send(response, 404, { error: 'no such method' });
  if (request.method !== 'POST') return send(response, 405, { error: 'only POST' });
  return send(response, 200, method(await bodyOf(request)));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    if (!(error instanceof Refused)) console.error(error);
    send(response, error instanceof Refused ? error.status : 500, { error: error instanceof Refused ? error.message : 'failed' });
  });
});
server.keepAliveTimeout = 120_000;
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '0.0.0.0', () => {
  const { address, port } = server.address();
  console.log(JSON.stringify({ listening: { host: address, port } }));
});
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
