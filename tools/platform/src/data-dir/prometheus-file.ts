import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePrivateFile } from '@doorbuster/embedded';
import type { ServiceView } from './run-file.js';

const RULES = fileURLToPath(new URL('../../../../observability/prometheus/alerts.yml', import.meta.url));
/** Short, so that a graph of a development machine shows something soon. */
const INTERVAL = '5s';

/**
 * `DATA_DIR/prometheus.yml`: a Prometheus with it scrapes each process of this start and evaluates the alert rules. It is
 * JSON, which is YAML, too. Dashboards and alerts select services by the job's name.
 */
export function writePrometheusFile(dataDir: string, services: Record<string, ServiceView>): void {
  const config = {
    global: { scrape_interval: INTERVAL, evaluation_interval: INTERVAL },
    rule_files: [RULES],
    scrape_configs: Object.entries(services).map(([job, { metrics }]) => ({
      job_name: job,
      static_configs: [{ targets: metrics.map((url) => new URL(url).host) }],
    })),
  };
  writePrivateFile(path.join(dataDir, 'prometheus.yml'), `${JSON.stringify(config, null, 2)}\n`);
}
