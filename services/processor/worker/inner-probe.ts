import { request } from 'node:http';
import { Header } from '../../../core/contract/headers';

/**
 * True when Envoy's inner listener answers: a request that names no cluster gets Envoy's own, marked reply.
 * The processor's way to the models is then open, whether or not any model is up.
 */
export function innerAnswers(socketPath: string, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ socketPath, path: '/', method: 'GET', timeout: timeoutMs, headers: { host: 'inner' } }, (response) => {
      response.resume();
      resolve(response.headers[Header.inner] !== undefined);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.end();
  });
}
