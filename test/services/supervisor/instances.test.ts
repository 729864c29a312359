import { Encoder } from '../../../services/processor/supervisor/encode';
import { encodeAssignment, parseEndpoints, readyClusters } from '../../../services/processor/supervisor/instances';
import { loadProtos } from '../../../services/processor/supervisor/protos';

test('instances become one locality a zone', () => {
  const root = loadProtos();
  const any = encodeAssignment(new Encoder(root), 'iris-v1-0-0', [
    { address: '10.0.0.1', port: 8080, zone: 'b' },
    { address: '10.0.0.2', port: 8080, zone: 'a' },
    { address: 'fd00::3', port: 8080, zone: 'b' },
  ]);
  const type = root.lookupType('envoy.config.endpoint.v3.ClusterLoadAssignment');
  const host = (address: string): object => ({ endpoint: { address: { socket_address: { address, port_value: 8080 } } } });
  expect(type.toObject(type.decode(any.value))).toEqual({
    cluster_name: 'iris-v1-0-0',
    endpoints: [
      { locality: { zone: 'a' }, lb_endpoints: [host('10.0.0.2')] },
      { locality: { zone: 'b' }, lb_endpoints: [host('10.0.0.1'), host('fd00::3')] },
    ],
  });
});

test('clusters with an instance are ready', () => {
  expect(readyClusters({ b: [{ address: '10.0.0.1', port: 1 }], a: [{ address: '10.0.0.1', port: 1 }], c: [] })).toEqual(['a', 'b']);
});

test.each([
  ['not json', 'endpoints.json is not JSON'],
  ['[]', 'endpoints.json is not a JSON object'],
  ['{"a":{}}', 'endpoints.json: a is not a list'],
  ['{"a":[{"address":"model.svc","port":80}]}', 'endpoints.json: a has an address that is no IP address'],
  ['{"a":[{"address":"10.0.0.1","port":0}]}', 'endpoints.json: a has a port that is no port'],
  ['{"a":[null]}', 'endpoints.json: a has an address that is no IP address'],
])('%s is refused', (text, reason) => {
  expect(() => parseEndpoints(text)).toThrow(reason);
});
