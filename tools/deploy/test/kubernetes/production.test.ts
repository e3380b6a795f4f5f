import { readFileSync } from 'node:fs';
import {
  connectionLimitOf,
  DATABASE_CONNECTIONS,
  durablesOf,
  migratorOf,
  NATS_ACCOUNT,
  SERVICES,
} from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import { inRepository } from '../fixtures/repository.js';
import { objectsOf, ofKind, type KubernetesObject } from './fixtures/overlay.js';
import { workloadsOf } from './fixtures/workloads.js';

const APPS = [...SERVICES, 'gateway'];

describe('in production', () => {
  const objects = objectsOf('production');
  const maxReplicasOf = (service: string): number =>
    ofKind<KubernetesObject & { spec: { maxReplicaCount: number } }>(objects, 'ScaledObject').find(
      ({ metadata }) => metadata.name === service,
    )?.spec.maxReplicaCount ?? 0;

  const workloads = (of: string) => {
    const [app] = workloadsOf(objects).find(({ name }) => name === of)?.pod.containers ?? [];
    return app ?? { name: of };
  };

  it('brings no password along', () => {
    expect(ofKind(objects, 'Secret')).toEqual([]);
    expect(JSON.stringify(objects)).not.toContain('development');
  });

  it('has databases whose services own nothing, with limits that fit their replicas', () => {
    type Database = KubernetesObject & {
      spec: {
        bootstrap: { initdb: { owner: string } };
        managed: { roles: { name: string; connectionLimit: number; passwordSecret: { name: string } }[] };
        postgresql: { parameters: Record<string, string> };
      };
    };
    for (const service of SERVICES) {
      const database = ofKind<Database>(objects, 'Cluster').find(
        ({ metadata }) => metadata.name === `${service}-database`,
      );
      const { bootstrap, managed, postgresql } = database?.spec ?? ({} as Database['spec']);
      expect(bootstrap.initdb.owner).toBe(migratorOf(service));
      expect(
        managed.roles.map(({ name, connectionLimit, passwordSecret }) => [
          name,
          connectionLimit,
          passwordSecret.name,
        ]),
      ).toEqual([
        [service, connectionLimitOf(maxReplicasOf(service)), `${service}-database-runtime`],
        [migratorOf(service), DATABASE_CONNECTIONS.migrators, `${service}-database-app`],
      ]);
      const limits = managed.roles.reduce((sum, { connectionLimit }) => sum + connectionLimit, 20);
      expect(limits).toBeLessThanOrEqual(Number(postgresql.parameters['max_connections']));
    }
  });

  it.each(SERVICES)(
    '%s and its migration talk only to a database that its own authority proves',
    (service) => {
      const { pod } = workloadsOf(objects).find(({ name }) => name === service) ?? {};
      // Not the authority's key, which lies beside it.
      expect(pod?.volumes).toContainEqual({
        name: 'database-ca',
        secret: { secretName: `${service}-database-ca`, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
      });
      const containers = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
      expect(containers.map(({ name }) => name)).toEqual(['migrate', 'app']);
      for (const { env, volumeMounts } of containers) {
        expect(env).toContainEqual({ name: 'DATABASE_CA_FILE', value: '/etc/database-ca/ca.crt' });
        expect(volumeMounts).toContainEqual({
          name: 'database-ca',
          mountPath: '/etc/database-ca',
          readOnly: true,
        });
      }
    },
  );

  it('has cache and collector prove themselves by the authority that every app has', () => {
    const config = ofKind<KubernetesObject & { data: Record<string, string> }>(objects, 'ConfigMap');
    const shared = config.find(({ metadata }) => metadata.name.startsWith('all-apps'))?.data;
    expect(shared?.['OTEL_EXPORTER_OTLP_ENDPOINT']).toMatch(/^https:/);
    const catalog = workloads('catalog');
    const redis = catalog.env?.filter(({ name }) => name.startsWith('REDIS_'));
    expect(redis?.map(({ value }) => value)).toEqual(['rediss://valkey.cache:6379', '/etc/broker-ca/ca.crt']);
    for (const name of APPS) {
      expect(workloads(name).volumeMounts?.map(({ mountPath }) => mountPath)).toContain('/etc/broker-ca');
    }
    expect(shared?.['OTEL_EXPORTER_OTLP_CERTIFICATE']).toBe('/etc/broker-ca/ca.crt');
  });

  it('scales each service by everything that may wait for it', () => {
    for (const service of SERVICES) {
      const scaled = ofKind<
        KubernetesObject & { spec: { triggers: { type: string; metadata: Record<string, string> }[] } }
      >(objects, 'ScaledObject').find(({ metadata }) => metadata.name === service);
      const watched = scaled?.spec.triggers
        .filter(({ type }) => type === 'nats-jetstream')
        .map(({ metadata }) => `${metadata['stream']} ${metadata['consumer']}`);
      const consumers = durablesOf(service).map(({ stream, name }) => `${stream} ${name}`);
      expect(watched).toEqual(consumers);
      // With another account the trigger would find no consumer, and never scale.
      const accounts = scaled?.spec.triggers
        .filter(({ type }) => type === 'nats-jetstream')
        .map(({ metadata }) => metadata['account']);
      expect(accounts).toEqual(consumers.map(() => NATS_ACCOUNT));
    }
  });

  it('scales the gateway by those who wait, and orders by how much of what admission lets in is in use', () => {
    type Scaled = KubernetesObject & { spec: { triggers: { type: string; metadata: { query?: string } }[] } };
    const asked = (name: string): string[] =>
      ofKind<Scaled>(objects, 'ScaledObject')
        .filter(({ metadata }) => metadata.name === name)
        .flatMap(({ spec }) =>
          spec.triggers.flatMap(({ metadata }) => metadata.query?.match(/doorbuster_\w+/g) ?? []),
        );
    expect(asked('gateway')).toEqual(['doorbuster_orders_outcome_waits', 'doorbuster_sse_open']);
    expect(asked('orders')).toEqual(['doorbuster_admission_in_flight', 'doorbuster_admission_limit']);
    expect(ofKind(objects, 'HorizontalPodAutoscaler')).toEqual([]);
    // The names under which the gateway's instruments reach Prometheus; dashboards ask for the same.
    const dashboard = readFileSync(inRepository('observability/grafana/checkout.json'), 'utf8');
    for (const metric of [...asked('gateway'), ...asked('orders')])
      expect(dashboard).toContain(`sum(${metric})`);
  });

  it('has an uneven number of brokers and as many copies of each stream', () => {
    const [nats] = ofKind<KubernetesObject & { spec: { replicas: number } }>(objects, 'StatefulSet');
    const config = ofKind<KubernetesObject & { data: Record<string, string> }>(objects, 'ConfigMap');
    const replicas = config.find(({ data }) => data['NATS_STREAM_REPLICAS'])?.data['NATS_STREAM_REPLICAS'];
    expect([nats?.spec.replicas, replicas]).toEqual([3, '3']);
  });
});
