import type { JsonObject } from '../../../core/json';
import type { ResolvedStack } from '../../../schema/resolved';

/** Folders inside the audit pod. */
export const AUDIT_FOLDER = '/var/lib/kea/audit';
export const COLLECTOR_FOLDER = '/var/lib/kea/collector';
/** Where the collector says whether it works. */
export const COLLECTOR_HEALTH_PORT = 13133;

/**
 * Configuration of the OpenTelemetry Collector beside an audit writer: reads the record files and sends them to each sink.
 * Its queue lies on disk, is synced, never gives up and holds the reader back when it is full, because every default of these loses records.
 */
export function buildCollector(sinks: ResolvedStack['audit']['sinks']): JsonObject {
  const exporters = Object.fromEntries(
    sinks.map((sink, index) => [
      `otlphttp/${index}`,
      {
        endpoint: sink.otlp,
        compression: 'gzip',
        retry_on_failure: { enabled: true, max_elapsed_time: '0s' },
        sending_queue: { enabled: true, storage: 'file_storage', block_on_overflow: true },
      },
    ]),
  );
  return {
    extensions: {
      file_storage: { directory: COLLECTOR_FOLDER, create_directory: true, fsync: true },
      health_check: { endpoint: `0.0.0.0:${COLLECTOR_HEALTH_PORT}` },
    },
    receivers: {
      file_log: {
        include: [`${AUDIT_FOLDER}/*.jsonl`],
        start_at: 'beginning',
        storage: 'file_storage',
        max_log_size: '1MiB',
        operators: [{ type: 'json_parser' }],
      },
    },
    exporters,
    service: {
      extensions: ['file_storage', 'health_check'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { logs: { receivers: ['file_log'], exporters: Object.keys(exporters) } },
    },
  };
}
