import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Header } from '../../core/contract/headers';
import { ManagementPath } from '../../core/contract/ports';
import { Problem, PROBLEM_JSON, problemType, type ProblemName } from '../../core/contract/problems';
import { parseRoles } from '../../core/decide/role-verdict';
import { Library, shelfDocument } from './library';
import { contractPage } from './pages/contract';
import { messagePage } from './pages/message';
import { modelsPage } from './pages/models';
import { isProblemName, problemPage, problemsPage } from './pages/problems';
import { PLAIN_POLICY, referencePolicy } from './policy';
import { referenceScript, tokenOrigin } from './reference-script';
import type { PortalOptions } from './options';

const SCALAR = 'standalone.js';
const OWN_ASSETS = { 'portal.css': 'text/css; charset=utf-8', 'icon.svg': 'image/svg+xml' } as const;

/** The documentation site. It trusts the identity headers, so it must stand behind the edge and nowhere else. */
export function portalServer(options: PortalOptions, ownFiles: string): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    routerOptions: { ignoreTrailingSlash: true },
    requestTimeout: 10_000,
    keepAliveTimeout: 70_000,
  });
  const library = new Library(options.bundle);

  app.addHook('onSend', async (request, reply) => {
    void reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
    // The window that comes back from the login must stay the child of the page that opened it.
    const isReturn = request.url.startsWith('/docs/authorized');
    void reply.header('cross-origin-opener-policy', isReturn ? 'unsafe-none' : 'same-origin-allow-popups');
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    if (!reply.hasHeader('content-security-policy')) void reply.header('content-security-policy', PLAIN_POLICY);
  });
  app.setNotFoundHandler((request, reply) =>
    page(reply.code(404), messagePage('There is no such page', 'Perhaps it moved, or your roles do not show it.', personOf(request))),
  );
  app.setErrorHandler((_error, _request, reply) => problem(reply, 'internal'));

  app.get(ManagementPath.live, async (_request, reply) => reply.send({ live: true }));
  app.get(ManagementPath.ready, async (_request, reply) =>
    (await library.stack()) === undefined ? problem(reply, 'configuration-pending') : reply.send({ ready: true }),
  );

  app.get('/docs', async (request, reply) =>
    page(reply, modelsPage(await library.stack(), await library.shelves(rolesOf(request)), personOf(request))),
  );
  app.get('/docs/authorized', async (request, reply) =>
    page(reply, messagePage('Logged in', 'This window closes by itself.', personOf(request))),
  );
  app.get('/docs/problems', async (request, reply) => page(reply, problemsPage(personOf(request))));
  app.get<{ Params: { name: string } }>('/docs/problems/:name', async (request, reply) => {
    const { name } = request.params;
    return isProblemName(name) ? page(reply, problemPage(name, personOf(request))) : reply.callNotFound();
  });

  app.get<{ Params: ContractParams }>('/docs/models/:model/:contract', async (request, reply) => {
    const shelf = await shelfOf(library, request);
    if (!shelf) return reply.callNotFound();
    void reply.header('content-security-policy', referencePolicy(tokenOrigin(shelf.part.openapi)));
    return page(reply, contractPage(shelf, personOf(request)));
  });
  app.get<{ Params: ContractParams }>('/docs/models/:model/:contract/openapi.json', async (request, reply) => {
    const shelf = await shelfOf(library, request);
    return shelf ? reply.type('application/json').send(shelfDocument(shelf, rolesOf(request))) : reply.callNotFound();
  });
  app.get<{ Params: ContractParams }>('/docs/models/:model/:contract/reference.js', async (request, reply) => {
    const shelf = await shelfOf(library, request);
    if (!shelf) return reply.callNotFound();
    const { model, contract } = request.params;
    return reply
      .type('text/javascript; charset=utf-8')
      .send(referenceScript(shelf.part.openapi, `/docs/models/${model}/${contract}/openapi.json`, options.client));
  });

  for (const [file, type] of Object.entries(OWN_ASSETS)) {
    const text = readFileSync(join(ownFiles, file));
    app.get(`/docs/assets/${file}`, async (_request, reply) => reply.type(type).header('cache-control', 'private, max-age=300').send(text));
  }
  app.get(`/docs/assets/${SCALAR}`, async (request, reply) => {
    const file = join(options.assets, SCALAR);
    const { size, mtimeMs } = statSync(file);
    const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    void reply.type('text/javascript; charset=utf-8').header('cache-control', 'private, no-cache').header('etag', tag);
    return request.headers['if-none-match'] === tag ? reply.code(304).send() : reply.send(createReadStream(file));
  });
  return app;
}

interface ContractParams {
  readonly model: string;
  readonly contract: string;
}

function shelfOf(library: Library, request: FastifyRequest<{ Params: ContractParams }>): ReturnType<Library['shelf']> {
  return library.shelf(request.params.model, request.params.contract, rolesOf(request));
}

function rolesOf(request: FastifyRequest): readonly string[] {
  const header = request.headers[Header.roles];
  return typeof header === 'string' ? parseRoles(header) : [];
}

function personOf(request: FastifyRequest): string | undefined {
  const subject = request.headers[Header.subject];
  return typeof subject === 'string' && subject !== '' ? subject : undefined;
}

function page(reply: FastifyReply, body: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(body);
}

function problem(reply: FastifyReply, name: ProblemName): FastifyReply {
  const { status, title } = Problem[name];
  return reply
    .code(status)
    .type(PROBLEM_JSON)
    .send(JSON.stringify({ type: problemType(name), title, status }));
}
