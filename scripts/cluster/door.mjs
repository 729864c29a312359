// node scripts/cluster/door.mjs DIR: a free port of 127.0.0.1, each connection of which goes to the cluster's API server. Ends when the cluster ends.
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { alive, placeOf } from './place.mjs';

const place = placeOf(process.argv[2]);
const server = createServer((client) => {
  const inside = connect(place.socket);
  const end = () => (client.destroy(), inside.destroy());
  for (const side of [client, inside]) side.on('error', end).on('close', end);
  client.pipe(inside).pipe(client);
});
server.listen(0, '127.0.0.1', () => writeFileSync(place.port, String(server.address().port)));
setInterval(() => {
  if (alive(place.init) === undefined) process.exit(0);
}, 1000);
