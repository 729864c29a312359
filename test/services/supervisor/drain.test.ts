import { createServer } from 'node:http';
import { drainGateway } from '../../../services/processor/supervisor/drain';

test('waits for removal, then drains listeners gently, then for the last request and the last connection', async () => {
  const asked: string[] = [];
  let active = 2;
  // A stand-in for Envoy's admin: one request ends at each look, the connection after the last.
  const admin = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const gauges = `http.edge.downstream_cx_active: ${Math.max(active + 1, 0)}\nhttp.edge.downstream_rq_active: ${Math.max(active, 0)}\n`;
    if (request.url?.startsWith('/stats')) active -= 1;
    response.end(request.url?.startsWith('/stats') ? gauges : 'OK\n');
  });
  await new Promise<void>((resolve) => admin.listen(0, '127.0.0.1', resolve));
  const { port } = admin.address() as { port: number };
  const result = await drainGateway({ envoyAdmin: `http://127.0.0.1:${port}`, endpointRemovalMs: 50, budgetMs: 5000 });
  admin.closeAllConnections();
  await new Promise((resolve) => admin.close(resolve));
  expect(result.active).toBe(0);
  expect(result.ms).toBeGreaterThanOrEqual(49);
  expect(asked[0]).toBe('POST /drain_listeners?graceful&skip_exit&inboundonly');
  expect(asked.slice(1)).toEqual(Array(4).fill('GET /stats?filter=^http.edge.downstream_(cx|rq)_active$'));
});

test('an Envoy that is gone is drained', async () => {
  expect(await drainGateway({ envoyAdmin: 'http://127.0.0.1:9', endpointRemovalMs: 0, budgetMs: 1000 })).toMatchObject({ active: 0 });
});
