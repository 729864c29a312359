// Loaded before the program of `pulumi preview|up` by NODE_OPTIONS: writes when its first resource was registered and when its last one was, in
// milliseconds since its process began, into the file that KEA_BENCH_MARKS names.
const { writeFileSync } = require('node:fs');
const Module = require('node:module');

const isProgram = process.argv[1]?.endsWith('/cmd/run') || process.argv[1]?.endsWith('/cmd/run/index.js');
if (isProgram && process.env.KEA_BENCH_MARKS) {
  const marks = { resources: 0 };
  const load = Module._load;
  Module._load = function (...asked) {
    const loaded = load.apply(this, asked);
    const { registerResource } = loaded ?? {};
    if (
      typeof registerResource === 'function' &&
      !registerResource.isMarked &&
      Object.getOwnPropertyDescriptor(loaded, 'registerResource')?.writable
    ) {
      loaded.registerResource = Object.assign(
        function (...given) {
          // Pulumi's own resource of the whole stack comes before the program has begun.
          if (given[2] !== 'pulumi:pulumi:Stack') marks.first ??= performance.now();
          marks.last = performance.now();
          marks.resources += 1;
          return registerResource.apply(this, given);
        },
        { isMarked: true },
      );
    }
    return loaded;
  };
  process.on('exit', () =>
    writeFileSync(process.env.KEA_BENCH_MARKS, JSON.stringify({ ...marks, end: performance.now(), cpu: process.cpuUsage() })),
  );
}
