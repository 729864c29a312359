// node scripts/cluster/node.mjs DIR PROGRAMS: the node itself. Runs as root inside namespaces of its own, prepares them, and keeps every component running.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { execute } from '../parts/tools.mjs';
import { components } from './configuration.mjs';
import { Net, NODE, placeOf } from './place.mjs';

/** Settings of the whole machine that the kubelet insists on: it gets copies to write to. */
const SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

async function prepare({ at }) {
  const run = (line) => execute(line.split(' ')[0], line.split(' ').slice(1));
  await run('mount --make-rshared /');
  await run('mount -t tmpfs tmpfs /run');
  await run(`mount --bind ${at('log')} /var/log`);
  await run(`mount --bind ${at('etc/resolv.conf')} /etc/resolv.conf`);
  await run(`hostname ${NODE}`);
  for (const setting of SETTINGS) {
    const file = `/proc/sys/${setting}`;
    if (!existsSync(file)) continue;
    const copy = at('etc/sysctl', setting.replaceAll('/', '.'));
    writeFileSync(copy, readFileSync(file));
    await run(`mount --bind ${copy} ${file}`);
  }
  await run('ip link set lo up');
  // A bridge holds the node's address, since not every kernel has dummy interfaces. Services' addresses are routed to it for kube-proxy to rewrite.
  await run('ip link add node0 type bridge');
  await run(`ip addr add ${Net.node}/32 dev node0`);
  await run('ip link set node0 up');
  await run(`ip route add ${Net.services} dev node0`);
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  const filtered = '/proc/sys/net/bridge/bridge-nf-call-iptables';
  if (existsSync(filtered)) writeFileSync(filtered, '1');
}

/** Runs a program, again a second after it ends, with its output in `log/<name>.log`. */
function keep({ at }, name, [program, ...args]) {
  const log = createWriteStream(at('log', `${name}.log`), { flags: 'a' });
  const start = () => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    let over = false;
    const again = (why) => {
      if (over) return;
      over = true;
      log.write(`--- ${name} ended (${why}), starting again\n`);
      setTimeout(start, 1000);
    };
    child.once('error', (error) => again(error.message));
    child.once('exit', (code, signal) => again(signal ?? code));
  };
  start();
}

/** Lets the outside reach the API server: a Unix socket is not bound to a network namespace. */
function openDoor({ socket }) {
  rmSync(socket, { force: true });
  createServer((outside) => {
    const inside = connect(Net.apiPort, Net.node);
    const end = () => (outside.destroy(), inside.destroy());
    for (const side of [outside, inside]) side.on('error', end).on('close', end);
    outside.pipe(inside).pipe(outside);
  }).listen(socket);
}

const place = placeOf(process.argv[2]);
const programs = JSON.parse(process.argv[3]);
await prepare(place);
openDoor(place);
for (const [name, command] of Object.entries(components(place, programs))) keep(place, name, command);
