import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { digestPath, sha256Hex } from '../../../core/digests';
import { runProgram } from '../support/program';
import { fetchInto, folderWith, newFolder, removeFolders } from './folders';
import { certificate, listen, S3_KEYS, s3StandIn, type StandIn } from './stand-ins';

const open: StandIn[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  removeFolders();
});
async function using(server: Promise<StandIn>): Promise<StandIn> {
  const started = await server;
  open.push(started);
  return started;
}

/** Nothing but what is meant to be there: no half files, no working folders. */
const left = (target: string): string[] => readdirSync(dirname(target)).sort();

const BYTES = Buffer.from('model bytes');
const SHA = sha256Hex(BYTES);

describe('s3', () => {
  const keys = (endpoint: string, more: object = {}): string =>
    folderWith({ endpoint, region: S3_KEYS.region, 'access-key-id': S3_KEYS.id, 'secret-access-key': `${S3_KEYS.secret}\n`, ...more });

  test('one object, signed, its key with signs that need encoding', async () => {
    const store = await using(s3StandIn({ "a b/mödel (1)+'x'.onnx": BYTES }, 'models'));
    const target = join(newFolder(), 'model.onnx');
    const fetched = await fetchInto({ uri: "s3://models/a b/mödel (1)+'x'.onnx", sha256: SHA, target, credentials: keys(store.url) });
    expect(fetched).toEqual({ sha256: SHA, bytes: BYTES.length, kept: false });
    expect(readFileSync(target)).toEqual(BYTES);
    expect(left(target)).toEqual(['model.onnx']);
  });

  test('a folder, listed in pages; markers that consoles make are no files', async () => {
    const files = { 'model.bst': 'one', 'sub/two words': 'two', 'sub/tree/three': 'three' };
    const objects = Object.fromEntries(Object.entries(files).map(([name, text]) => [`m/1.0.0/${name}`, Buffer.from(text)]));
    const store = await using(s3StandIn({ ...objects, 'm/1.0.0/': Buffer.alloc(0), 'm/1.0.01/other': BYTES }, 'models'));
    const target = join(newFolder(), 'model');
    const { sha256 } = digestPath(folderWith(files));
    await fetchInto({ uri: 's3://models/m/1.0.0', isFolder: true, sha256, target, credentials: keys(store.url) });
    expect(readFileSync(join(target, 'sub/two words'), 'utf8')).toBe('two');
  });

  test('a key that would leave the folder is refused, and nothing stays', async () => {
    const store = await using(s3StandIn({ 'm/a': BYTES, 'm/../../evil': BYTES }, 'models'));
    const target = join(newFolder(), 'model');
    await expect(fetchInto({ uri: 's3://models/m/', isFolder: true, target, credentials: keys(store.url) })).rejects.toThrow(
      'may leave its folder',
    );
    expect(left(target)).toEqual([]);
  });

  test('a store that is busy is asked again; one that refuses is not', async () => {
    const busy = await using(s3StandIn({ k: BYTES }, 'bkt', { failures: 2 }));
    await fetchInto({ uri: 's3://bkt/k', credentials: keys(busy.url) });
    expect(busy.asked).toHaveLength(3);
    const wrong = keys(busy.url, { 'secret-access-key': 'other' });
    await expect(fetchInto({ uri: 's3://bkt/k', credentials: wrong })).rejects.toThrow(/answered 403 SignatureDoesNotMatch for \/bkt\/k$/);
    await expect(fetchInto({ uri: 's3://bkt/gone', credentials: keys(busy.url) })).rejects.toThrow('answered 404 NoSuchKey for /bkt/gone');
    expect(busy.asked).toHaveLength(5);
    const down = await using(s3StandIn({ k: BYTES }, 'bkt', { failures: 9 }));
    await expect(fetchInto({ uri: 's3://bkt/k', credentials: keys(down.url) })).rejects.toThrow(
      'answered 503 SlowDown for /bkt/k (3 attempts)',
    );
  });

  test('keys come in pairs', async () => {
    const half = folderWith({ 'access-key-id': 'x', endpoint: 'http://127.0.0.1:1' });
    await expect(fetchInto({ uri: 's3://models/k', credentials: half })).rejects.toThrow('one is missing');
  });
});

describe('https', () => {
  const tls = certificate();
  const trust = (token?: string): string => folderWith({ 'ca.crt': tls.cert, ...(token === undefined ? {} : { token }) });

  test('a file from a host whose authority is in the secret, and from no other', async () => {
    const server = await using(listen((_, response) => response.end(BYTES), tls));
    await expect(fetchInto({ uri: `${server.url}/model`, sha256: SHA, credentials: trust() })).resolves.toMatchObject({ sha256: SHA });
    await expect(fetchInto({ uri: `${server.url}/model` })).rejects.toThrow(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  });

  test('redirects are followed, five at most, never to plain http, and the token stays at home', async () => {
    const seen: (string | undefined)[] = [];
    const other = await using(listen((request, response) => (seen.push(request.headers.authorization), response.end(BYTES)), tls));
    const plain = await using(listen((_, response) => response.end(BYTES)));
    const server = await using(
      listen((request, response) => {
        seen.push(request.headers.authorization);
        const to = { '/there': `${other.url}/x`, '/plain': plain.url, '/round': '/round' }[request.url ?? ''] ?? '/';
        response.writeHead(302, { location: to }).end();
      }, tls),
    );
    const credentials = trust('secret-token');
    await fetchInto({ uri: `${server.url}/there`, credentials });
    expect(seen).toEqual(['Bearer secret-token', undefined]);
    await expect(fetchInto({ uri: `${server.url}/plain`, credentials })).rejects.toThrow('redirects to http://, which is not safe');
    await expect(fetchInto({ uri: `${server.url}/round`, credentials })).rejects.toThrow('redirects more than 5 times');
    expect(plain.asked).toEqual([]);
  });

  test('a folder is an archive', async () => {
    const folder = folderWith({ MLmodel: 'flavors: {}', 'data/model.pkl': 'x' });
    const archive = join(newFolder(), 'model.tar.gz');
    await create({ gzip: true, cwd: folder, file: archive }, ['.']);
    const server = await using(listen((_, response) => response.end(readFileSync(archive)), tls));
    const target = join(newFolder(), 'model');
    await fetchInto({ uri: `${server.url}/m.tar.gz`, isFolder: true, sha256: digestPath(folder).sha256, target, credentials: trust() });
    expect(readFileSync(join(target, 'MLmodel'), 'utf8')).toBe('flavors: {}');
    expect(left(target)).toEqual(['model']);
  });

  test('too large is refused: as announced without a download, else as soon as it is', async () => {
    const server = await using(
      listen((request, response) => {
        if (request.url === '/told') response.writeHead(200, { 'content-length': '2000000' }).write(BYTES);
        else for (let i = 0; i < 200; i++) response.write(Buffer.alloc(10_000));
        if (request.url !== '/told') response.end();
      }, tls),
    );
    for (const path of ['/told', '/untold']) {
      const target = join(newFolder(), 'model');
      await expect(fetchInto({ uri: `${server.url}${path}`, target, credentials: trust() })).rejects.toThrow('larger than 1000000 bytes');
      expect(left(target)).toEqual([]);
    }
  });

  test('a connection that breaks is tried again from the start, and the broken bytes do not count', async () => {
    let times = 0;
    const large = Buffer.alloc(900_000, 'x');
    const server = await using(
      listen((_, response) => {
        response.writeHead(200, { 'content-length': String(large.length) });
        if (++times === 1) response.write(large.subarray(0, 500_000), () => response.destroy());
        else response.end(large);
      }, tls),
    );
    await expect(fetchInto({ uri: `${server.url}/m`, sha256: sha256Hex(large), credentials: trust() })).resolves.toMatchObject({
      bytes: 900_000,
    });
  });

  test('a server that says nothing is given up', async () => {
    const server = await using(listen(() => undefined, tls));
    await expect(fetchInto({ uri: `${server.url}/m`, credentials: trust() })).rejects.toThrow('HEADERS_TIMEOUT (3 attempts)');
  }, 15_000);

  test('credentials do not belong into an address', async () => {
    await expect(fetchInto({ uri: 'https://user:pass@example.com/m' })).rejects.toThrow('must not hold credentials');
  });
});

describe('oci', () => {
  const manifest = JSON.stringify({ schemaVersion: 2, layers: [{ digest: `sha256:${SHA}`, size: BYTES.length }] });
  const manifestDigest = `sha256:${sha256Hex(manifest)}`;

  /** A stand-in for a registry that wants a token of its own service for everything. */
  function registry(served: { readonly manifest: string }): Promise<StandIn> {
    return listen((request, response) => {
      const url = new URL(request.url ?? '', `http://${request.headers.host}`);
      if (url.pathname === '/token') {
        const allowed = request.headers.authorization === `Basic ${Buffer.from('robot:pass').toString('base64')}`;
        response.statusCode = allowed && url.searchParams.get('scope') === 'repository:team/credit:pull' ? 200 : 401;
        return void response.end(JSON.stringify({ token: 'granted' }));
      }
      if (request.headers.authorization !== 'Bearer granted') {
        const challenge = `Bearer realm="http://${request.headers.host}/token",service="registry",scope="repository:team/credit:pull"`;
        return void response.writeHead(401, { 'www-authenticate': challenge }).end();
      }
      if (url.pathname === `/v2/team/credit/manifests/${manifestDigest}`) return void response.end(served.manifest);
      if (url.pathname === `/v2/team/credit/blobs/sha256:${SHA}`) return void response.end(BYTES);
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    });
  }
  const robot = (): string => folderWith({ 'access-key-id': 'robot', 'secret-access-key': 'pass' });

  test.each([
    ['a manifest with one layer', manifestDigest],
    ['a blob', `sha256:${SHA}`],
  ])('the digest of %s', async (_, digest) => {
    const server = await using(registry({ manifest }));
    await expect(
      fetchInto({ uri: `oci://${server.host}/team/credit@${digest}`, sha256: SHA, credentials: robot() }),
    ).resolves.toMatchObject({ sha256: SHA });
  });

  test('another manifest than asked for, a wrong login and a tag are refused', async () => {
    const lying = await using(registry({ manifest: manifest.replace('2', '3') }));
    const uri = `oci://${lying.host}/team/credit@${manifestDigest}`;
    await expect(fetchInto({ uri, credentials: robot() })).rejects.toThrow('another manifest than the one asked for');
    await expect(fetchInto({ uri })).rejects.toThrow('answered 401 for /token');
    await expect(fetchInto({ uri: `oci://${lying.host}/team/credit:latest` })).rejects.toThrow(
      'is not oci://registry/name@sha256:<digest>',
    );
  });
});

describe('what is on this machine', () => {
  test('pvc: a file or a folder of the claim, and nothing outside of it', async () => {
    const claim = folderWith({ 'm/model.onnx': BYTES, 'm/labels/a': 'x' });
    symlinkSync('/etc', join(claim, 'etc'));
    await expect(fetchInto({ uri: 'pvc://data/m/model.onnx', sha256: SHA, claim })).resolves.toMatchObject({ sha256: SHA });
    await expect(
      fetchInto({ uri: 'pvc://data/m', isFolder: true, sha256: digestPath(join(claim, 'm')).sha256, claim }),
    ).resolves.toBeDefined();
    await expect(fetchInto({ uri: 'pvc://data/etc/passwd', claim })).rejects.toThrow('leads out of the claim');
    await expect(fetchInto({ uri: 'pvc://data/../../etc/passwd', claim })).rejects.toThrow('may leave its folder');
    await expect(fetchInto({ uri: 'pvc://data/none', claim })).rejects.toThrow('cannot be read: ENOENT');
    await expect(fetchInto({ uri: 'pvc://data/m', claim })).rejects.toThrow('is a folder, and a file was asked for');
    symlinkSync('/etc/passwd', join(claim, 'm/link'));
    await expect(fetchInto({ uri: 'pvc://data/m', isFolder: true, claim })).rejects.toThrow('the folder holds "link", which is a link');
  });

  test('inline: chunks in order, as a projected volume of ConfigMaps shows them', async () => {
    const chunks = newFolder();
    mkdirSync(join(chunks, '..data'));
    for (const [name, text] of [
      ['chunk-000', 'model '],
      ['chunk-001', 'bytes'],
    ] as const) {
      writeFileSync(join(chunks, '..data', name), text);
      symlinkSync(`..data/${name}`, join(chunks, name));
    }
    await expect(fetchInto({ uri: 'inline://', sha256: SHA, chunks })).resolves.toMatchObject({ sha256: SHA });
    await expect(fetchInto({ uri: 'inline://', chunks: newFolder() })).rejects.toThrow('holds no chunk-000');
  });

  test('file: copied; an unknown scheme is named with those that are known', async () => {
    const folder = folderWith({ 'a b.onnx': BYTES });
    await expect(fetchInto({ uri: `file://${folder}/a%20b.onnx`, sha256: SHA })).resolves.toMatchObject({ sha256: SHA });
    await expect(fetchInto({ uri: 'ftp://x/y' })).rejects.toThrow(
      'artifacts come from s3, https, oci, pvc, file, inline; "ftp://x/y" is none of them',
    );
    await expect(fetchInto({ uri: 'constructor://x' })).rejects.toThrow('is none of them');
  });
});

test('another digest: nothing is put in place, and an older wrong file does not stay', async () => {
  const folder = folderWith({ model: BYTES, 'target/model': 'older' });
  const target = join(folder, 'target/model');
  await expect(fetchInto({ uri: `file://${folder}/model`, sha256: '0'.repeat(64), target })).rejects.toThrow(`has sha256 ${SHA}, and 000`);
  expect(left(target)).toEqual([]);
});

test('what is there with the right digest is kept: a restarted init container needs no network', async () => {
  const target = join(folderWith({ model: BYTES }), 'model');
  await expect(fetchInto({ uri: 'https://127.0.0.1:1/gone', sha256: SHA, target })).resolves.toEqual({
    sha256: SHA,
    bytes: BYTES.length,
    kept: true,
  });
});

test('the program says in one line why it failed, where Kubernetes looks for it', async () => {
  const folder = folderWith({ log: '', model: BYTES });
  const env = { KEA_TERMINATION_LOG: join(folder, 'log') };
  const target = join(folder, 'out/model');
  const good = await runProgram(
    'artifact-fetch',
    [`--uri=file://${folder}/model`, `--sha256=${SHA}`, `--target=${target}`, '--max-bytes=100'],
    env,
  );
  expect(good).toEqual({ code: 0, stderr: `artifact-fetch: ${target}: 11 bytes, sha256 ${SHA}\n` });
  const bad = await runProgram('artifact-fetch', [`--uri=file://${folder}/none`, `--target=${target}`, '--max-bytes=100'], env);
  expect(bad).toEqual({ code: 1, stderr: `artifact-fetch: file://${folder}/none cannot be read: ENOENT\n` });
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe(bad.stderr.trim());
  expect((await runProgram('artifact-fetch', ['--uri=file:///x'], env)).code).toBe(2);
});
