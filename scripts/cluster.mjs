// node scripts/cluster.mjs up|load|exec|down DIR …: a real one-node cluster on this machine (Linux, root).
import { spawnSync } from 'node:child_process';
import { attach, ClusterError, down, up } from './cluster/index.mjs';
import { duration, say, stop } from './lib/project.mjs';
import { PartMissing } from './parts/index.mjs';

const USAGE = `node scripts/cluster.mjs up DIR            starts a cluster, prints its KUBECONFIG
node scripts/cluster.mjs load DIR TAR…     imports image archives of scripts/images.mjs
node scripts/cluster.mjs exec DIR COMMAND… runs a command on the node: it sees pods, Services and the cluster's names
node scripts/cluster.mjs down DIR          ends it and removes everything that it made`;

const [verb, folder, ...rest] = process.argv.slice(2);
const verbs = {
  async up() {
    const started = performance.now();
    const cluster = await up(folder);
    say(`cluster up in ${duration(performance.now() - started)}`);
    process.stdout.write(`KUBECONFIG=${cluster.kubeconfig}\n`);
  },
  async load() {
    const cluster = await attach(folder);
    for (const archive of rest) await cluster.load(archive);
  },
  async exec() {
    const [program, args] = (await attach(folder)).command(...rest);
    process.exitCode = spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
  },
  down: () => down(folder),
};
if (!verbs[verb] || !folder || ((verb === 'load' || verb === 'exec') && rest.length === 0)) stop(USAGE);
try {
  await verbs[verb]();
} catch (error) {
  if (!(error instanceof ClusterError || error instanceof PartMissing)) throw error;
  stop(error.message);
}
