import { Encoder } from '../../../services/processor/supervisor/encode';
import { encodeAssignment, parseEndpoints, parseZones, readyClusters } from '../../../services/processor/supervisor/instances';
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

test('zones are weighed where one is preferred; otherwise the bytes are the same as without zones', () => {
  const root = loadProtos();
  const encoder = new Encoder(root);
  const type = root.lookupType('envoy.config.endpoint.v3.ClusterLoadAssignment');
  const instances = ['a', 'b', 'b', 'c', 'c', 'c'].map((zone, at) => ({ address: `10.0.0.${at}`, port: 8080, zone }));
  const weighed = encodeAssignment(encoder, 'iris-v1-0-0', instances, { own: 'a', gateways: { a: 1, b: 1, c: 1 } });
  const { endpoints } = type.toObject(type.decode(weighed.value)) as { endpoints: { load_balancing_weight: { value: number } }[] };
  expect(endpoints.map((each) => each.load_balancing_weight.value)).toEqual([479_167, 20_833, 500_000]);
  const plain = encodeAssignment(encoder, 'iris-v1-0-0', instances).value;
  expect(encodeAssignment(encoder, 'iris-v1-0-0', instances, { gateways: {} }).value).toEqual(plain);
  expect(encodeAssignment(encoder, 'iris-v1-0-0', instances, { own: 'a', gateways: { a: 2 } }).value).toEqual(plain);
});

test('zones of the gateway are numbers of pods', () => {
  expect(parseZones('{"own":"a","gateways":{"a":2}}')).toEqual({ own: 'a', gateways: { a: 2 } });
  expect(parseZones('{"gateways":{}}')).toEqual({ gateways: {} });
  expect(() => parseZones('{')).toThrow('zones.json is not JSON');
  expect(() => parseZones('{"own":"a"}')).toThrow('zones.json: gateways is not a JSON object');
  expect(() => parseZones('{"gateways":{"a":0}}')).toThrow('zones.json: zone "a" has a number of pods that is not 1 or more');
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
