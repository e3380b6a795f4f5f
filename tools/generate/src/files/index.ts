import { composeFile } from './compose.js';
import { frozenNames } from './frozen-names.js';
import {
  baseServices,
  localKustomization,
  localPostgres,
  productionAutoscaling,
  productionDatabases,
  productionKustomization,
  productionPolicies,
  productionSecrets,
} from './kubernetes.js';
import { prometheusFile } from './prometheus.js';
import { initSql, natsConf, takeOverSql } from './servers.js';

export { sourceFiles } from './sources.js';

/** What a generated file must contain, by its path. `current` is its text now, of which parts may be written by hand. */
export const GENERATED_FILES: Readonly<Record<string, (current: string) => string>> = {
  'deploy/nats/nats.conf': natsConf,
  'deploy/postgres/init.sql': () => initSql('doorbuster'),
  'deploy/postgres/take-over.sql': () => takeOverSql('doorbuster'),
  'docker-compose.yml': composeFile,
  'k8s/base/services.yaml': baseServices,
  'k8s/local/kustomization.yaml': localKustomization,
  'k8s/local/postgres.yaml': localPostgres,
  'k8s/overlays/production/autoscaling.yaml': productionAutoscaling,
  'k8s/overlays/production/databases.yaml': productionDatabases,
  'k8s/overlays/production/kustomization.yaml': productionKustomization,
  'k8s/overlays/production/network-policies.yaml': productionPolicies,
  'k8s/overlays/production/secrets.yaml': productionSecrets,
  'libs/contracts/test/frozen-names.json': frozenNames,
  'observability/prometheus/prometheus.yml': prometheusFile,
};
