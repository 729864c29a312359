import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../core/package-root';
import { contractOpenApi, platformOpenApi } from '../../../schema/openapi/index';
import { contract, embedded, method, model, platform } from './platform';
import type { JsonObject } from '../../../core/json';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'kea-openapi-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Redocly's own recommended rules, the outside judge; returns what it complains about. */
function lint(documents: { readonly [name: string]: JsonObject }): readonly { readonly ruleId: string; readonly message: string }[] {
  const files = Object.entries(documents).map(([name, document]) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(document));
    return file;
  });
  const command = [join(packageRoot(), 'node_modules/@redocly/cli/bin/cli.js'), 'lint', '--extends=recommended', '--format=json', ...files];
  const env = { ...process.env, NODE_OPTIONS: '', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  let output: string;
  try {
    output = execFileSync(process.execPath, command, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  // One JSON text a file, one after the other; only the outermost brace stands at the start of a line.
  return output
    .split(/(?<=^\})/m)
    .filter((part) => part.trim() !== '')
    .flatMap((part) => (JSON.parse(part) as { problems: { ruleId: string; message: string }[] }).problems);
}

test('the linter sees what is wrong', () => {
  expect(lint({ wrong: { openapi: '3.1.0', info: { title: 'x', version: '1' }, paths: { '/a': { post: {} } } } })).not.toEqual([]);
});

test('generated documents are clean under the recommended rules of an outside linter', () => {
  const rich = model({
    contracts: [
      contract({
        methods: [
          method('read', { cache: { scope: 'principal', ttlSeconds: 5 }, rateLimit: { requests: 1, per: 'hour', by: 'subject' } }),
          method('write', {
            public: true,
            roles: [],
            idempotent: false,
            examples: [],
            request: { $ref: '#/$defs/x', $defs: { x: { type: ['string', 'null'], maxLength: 3, 'x-kea-pii': true } } },
          }),
        ],
      }),
      contract({ contract: 'v2', lifecycle: { deprecated: '2027-01-01', sunset: '2027-06-30', retired: false } }),
    ],
  });
  const keycloak = { ...embedded, kind: 'keycloak', issuer: 'https://login.example.com/realms/kea' } as const;
  const whole = platform([rich, model({ name: 'iris' })]);
  const documents = {
    local: platformOpenApi(whole),
    keycloak: platformOpenApi(platform([rich], keycloak)),
    empty: platformOpenApi(platform([])),
    v1: contractOpenApi(whole, rich, rich.contracts[0]!),
    v2: contractOpenApi(whole, rich, rich.contracts[1]!),
  };
  expect(lint(documents)).toEqual([]);
});
