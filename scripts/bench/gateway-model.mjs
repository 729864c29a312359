// Program: a stand-in for a model server, written for the benchmark. It speaks as much HTTP/1.1 as Envoy sends it and answers every POST with the
// same Open Inference Protocol answer, so that next to nothing of what is measured is the model's. Ends with the process that forked it.
import { createServer } from 'node:net';

const BODY = JSON.stringify({
  model_name: 'bench',
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [1, 2], data: [0.25, 0.75] }],
});
const ANSWER = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`);
const HEAD_END = Buffer.from('\r\n\r\n');
const MAX_REQUEST_BYTES = 1024 * 1024;

/** Bytes of the first request in `bytes`, or undefined while it is not whole. @throws Error for what it does not speak */
function requestLength(bytes) {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const announced = /\r\ncontent-length: *([0-9]+)\r\n/i.exec(bytes.latin1Slice(0, end + 2));
  if (!announced) throw new Error('a request without content-length');
  const length = end + HEAD_END.length + Number(announced[1]);
  return length <= bytes.length ? length : undefined;
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    try {
      for (let length = requestLength(rest); length !== undefined; length = requestLength(rest)) {
        rest = rest.subarray(length);
        socket.write(ANSWER);
      }
    } catch {
      socket.destroy();
    }
    if (rest.length > MAX_REQUEST_BYTES) socket.destroy();
  });
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => process.send({ type: 'listening', port: server.address().port }));
process.on('disconnect', () => process.exit(0));
