import { prometheusText } from '../../../services/processor/supervisor/metrics';

test('own families with help, workers’ series grouped by family and nothing foreign', () => {
  const own = [{ name: 'kea_workers', type: 'gauge', help: 'Workers.', series: { '': 2 } }] as const;
  const workers = {
    'kea_calls_total{model="b"}': 2,
    kea_in_flight: 1,
    'kea_calls_total{model="a"}': 1,
    'process_x{}': 9,
    'kea_calls_totals 1\nforged': 3,
  };
  expect(prometheusText(own, workers)).toBe(
    [
      '# HELP kea_workers Workers.',
      '# TYPE kea_workers gauge',
      'kea_workers 2',
      '# TYPE kea_calls_total counter',
      'kea_calls_total{model="a"} 1',
      'kea_calls_total{model="b"} 2',
      '# TYPE kea_in_flight gauge',
      'kea_in_flight 1',
      '',
    ].join('\n'),
  );
});
