import { formatBytes, formatCpu } from '../../core/quantities';
import { k8s } from '../k8s';

export const MiB = 1024 ** 2;
export const GiB = 1024 ** 3;

/** Bytes as Kubernetes writes them, exactly: 1073741824 → `1Gi`, 1000 → `1000`. */
export function bytesQuantity(bytes: number): k8s.Quantity {
  return k8s.Quantity.fromString(formatBytes(bytes));
}

/** Thousandths of a core as Kubernetes writes them: 500 → `500m`, 2000 → `2`. */
export function cpuQuantity(millis: number): k8s.Quantity {
  return k8s.Quantity.fromString(formatCpu(millis));
}
