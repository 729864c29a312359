// The language host for Node.js, a stand-in for the one that ships with the ordinary Pulumi CLI.
//
// The engine never runs a program itself: it starts this plugin, reads a TCP port from the first line of its output, and asks it over gRPC
// (service pulumirpc.LanguageRuntime) to run things. The work is done by the runners inside the package @pulumi/pulumi, started as child processes
// with the flags and variables that they expect; the stubs of the protocol come from that package, too.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** Exit code by which a runner says that the user has seen the error already. */
const ALREADY_REPORTED = 32;
/** What the engine allows for one message. */
const MAX_BYTES = 400 * 1024 * 1024;
const SDK = '@pulumi/pulumi';

/** Folder of the SDK as a program in `folder` would find it. */
function sdkFrom(folder) {
  try {
    return dirname(createRequire(join(folder, 'any.js')).resolve(`${SDK}/package.json`));
  } catch {
    return undefined;
  }
}

const sdk = sdkFrom(process.cwd()) ?? sdkFrom(import.meta.dirname);
if (!sdk) {
  process.stderr.write(`pulumi-language-nodejs: ${SDK} is not installed for ${process.cwd()}\n`);
  process.exit(1);
}
const stub = createRequire(join(sdk, 'any.js'));
const grpc = stub('@grpc/grpc-js');
const language = stub('./proto/language_pb.js');
const plugin = stub('./proto/plugin_pb.js');
const { Empty } = stub('google-protobuf/google/protobuf/empty_pb.js');
const { LanguageRuntimeService } = stub('./proto/language_grpc_pb.js');
const engine = process.argv.at(-1);

/** A message with its fields set by their setters. */
function message(Type, fields = {}) {
  const made = new Type();
  for (const [name, value] of Object.entries(fields)) made[`set${name[0].toUpperCase()}${name.slice(1)}`](value);
  return made;
}

const failure = (code, text) => Object.assign(new Error(text), { code, details: text });

const children = new Set();

function start(call, file, args, options) {
  const child = spawn(file, args, options);
  children.add(child);
  child.once('close', () => children.delete(child));
  call.on('cancelled', () => child.kill('SIGTERM'));
  return child;
}

const stopChildren = () => children.forEach((child) => child.kill('SIGTERM'));

/** What Pulumi.yaml says of the program: where it is, and its runtime's options. */
function programOf(request) {
  const info = request.getInfo();
  const options = info.getOptions()?.toJavaScript() ?? {};
  const folder = info.getProgramDirectory();
  const runner = (name) => {
    const found = sdkFrom(folder);
    if (!found) throw failure(grpc.status.FAILED_PRECONDITION, `${SDK} is not installed for ${folder}: npm install`);
    return join(found, 'cmd', name);
  };
  const env = { ...process.env, PULUMI_NODEJS_TYPESCRIPT: String(options.typescript !== false) };
  if (options.tsconfig) env.PULUMI_NODEJS_TSCONFIG_PATH = String(options.tsconfig);
  const flags = String(options.nodeargs ?? '')
    .split(/\s+/)
    .filter(Boolean);
  return { root: info.getRootDirectory(), folder, entry: info.getEntryPoint() || '.', options, flags, env, runner };
}

function run(call) {
  const { request } = call;
  const { root, folder, entry, flags, env, runner } = programOf(request);
  const told = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    'root-directory': root,
    parallel: String(request.getParallel()),
  };
  const args = Object.entries(told).flatMap(([name, value]) => (value === '' ? [] : [`--${name}=${value}`]));
  if (request.getDryrun()) args.push('--dry-run');
  const program = entry === '.' ? '.' : resolve(folder, entry);
  const child = start(call, process.execPath, [...flags, runner('run'), ...args, program, ...request.getArgsList()], {
    cwd: request.getPwd() || folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      const bail = code === ALREADY_REPORTED;
      const error = code === 0 || bail ? '' : `the program ended with ${signal ?? `exit code ${code}`}`;
      done(message(language.RunResponse, { bail, error }));
    });
  });
}

/** Sends a child's output over a server stream, at the end a plugin's exit code. */
function relay(call, child, Type) {
  const isPlugin = Type === language.RunPluginResponse;
  child.stdout.on('data', (data) => call.write(message(Type, { stdout: new Uint8Array(data) })));
  child.stderr.on('data', (data) => call.write(message(Type, { stderr: new Uint8Array(data) })));
  child.once('error', (error) => call.emit('error', failure(grpc.status.INTERNAL, error.message)));
  child.once('close', (code) => {
    if (isPlugin) call.write(message(Type, { exitcode: code ?? 1 }));
    else if (code !== 0) return call.emit('error', failure(grpc.status.UNKNOWN, `exit code ${code}`));
    return call.end();
  });
}

/** Policy packs and components written for Node.js. */
function runPlugin(call) {
  const { request } = call;
  const { folder, flags, env, runner } = programOf(request);
  const args =
    request.getKind() === 'analyzer'
      ? [runner('run-policy-pack'), ...request.getArgsList(), folder]
      : [runner('run-plugin'), folder, ...request.getArgsList()];
  const more = Object.fromEntries(request.getEnvList().map((entry) => [entry.split('=', 1)[0], entry.slice(entry.indexOf('=') + 1)]));
  const options = { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...env, ...more } };
  relay(call, start(call, process.execPath, [...flags, ...args], options), language.RunPluginResponse);
}

function installDependencies(call) {
  const { folder, options } = programOf(call.request);
  const settings = { cwd: call.request.getDirectory() || folder, stdio: ['ignore', 'pipe', 'pipe'] };
  relay(call, start(call, String(options.packagemanager ?? 'npm'), ['install'], settings), language.InstallDependenciesResponse);
}

const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

/** `node_modules` folders that a program in `folder` sees, nearest first. */
function modulesOf(folder) {
  const own = join(folder, 'node_modules');
  const above = dirname(folder) === folder ? [] : modulesOf(dirname(folder));
  return existsSync(own) ? [own, ...above] : above;
}

/** Manifests of installed packages by name. */
function installed(folder) {
  const found = new Map();
  for (const modules of modulesOf(resolve(folder))) {
    const names = readdirSync(modules).flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
    for (const name of names) {
      const manifest = found.has(name) ? undefined : readJson(join(modules, name, 'package.json'));
      if (manifest) found.set(name, manifest);
    }
  }
  return found;
}

/** Providers that installed SDKs name in their manifests. */
function requiredPackages(folder) {
  const sdks = [...installed(folder).values()].filter((manifest) => manifest.pulumi?.resource === true);
  return sdks.map(({ name, version, pulumi }) =>
    message(plugin.PackageDependency, {
      kind: 'resource',
      name: pulumi.name ?? name.replace(/^@pulumi\//, ''),
      version: `v${String(pulumi.version ?? version).replace(/^v/, '')}`,
      server: pulumi.server ?? '',
    }),
  );
}

const unary = {
  handshake: () => message(language.LanguageHandshakeResponse),
  getPluginInfo: () => message(plugin.PluginInfo, { version: stub('./package.json').version }),
  getRequiredPackages: ({ request }) =>
    message(language.GetRequiredPackagesResponse, { packagesList: requiredPackages(programOf(request).folder) }),
  run,
  about: () => message(language.AboutResponse, { executable: process.execPath, version: process.version }),
  getProgramDependencies: ({ request }) =>
    message(language.GetProgramDependenciesResponse, {
      dependenciesList: [...installed(programOf(request).folder)].map(([name, { version = '' }]) =>
        message(language.DependencyInfo, { name, version }),
      ),
    }),
  runtimeOptionsPrompts: () => message(language.RuntimeOptionsResponse),
  template: () => message(language.TemplateResponse),
  cancel: () => {
    stopChildren();
    return new Empty();
  },
};
const streaming = { runPlugin, installDependencies };
// What generates code (`pulumi convert`, `package add`) is left out: gRPC answers "unimplemented".

const service = {};
for (const [name, answer] of Object.entries(unary)) {
  service[name] = (call, reply) => void (async () => answer(call))().then((response) => reply(null, response), reply);
}
for (const [name, handle] of Object.entries(streaming)) {
  service[name] = (call) => void (async () => handle(call))().catch((error) => call.emit('error', error));
}

const server = new grpc.Server({ 'grpc.max_receive_message_length': MAX_BYTES, 'grpc.max_send_message_length': MAX_BYTES });
server.addService(LanguageRuntimeService, service);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

// The engine ends this process with its other plugins. Should the engine itself be killed, do not outlive it.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), 1000).unref();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
process.on('exit', stopChildren);
