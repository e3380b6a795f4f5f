import { SERVICES } from '@doorbuster/contracts';
import { publishedSecretsIn, SHUTDOWN_MS } from '@doorbuster/service/process';
import { describe, expect, it } from 'vitest';
import { objectsOf, ofKind, OVERLAYS, type KubernetesObject } from './fixtures/overlay.js';
import { containersOf, workloadsOf } from './fixtures/workloads.js';

const APPS = [...SERVICES, 'gateway'];

describe.each(OVERLAYS)('overlay %s', (overlay) => {
  const objects = objectsOf(overlay);
  const workloads = workloadsOf(objects);
  const apps = workloads.filter(({ name, kind }) => kind === 'Deployment' && APPS.includes(name));

  it('has the gateway and all services', () => {
    expect(apps.map(({ name }) => name).toSorted()).toEqual(APPS.toSorted());
  });

  it('admits nothing but restricted pods, in a namespace of its own', () => {
    const [namespace] = ofKind(objects, 'Namespace');
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const elsewhere = objects.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== namespace?.metadata.name,
    );
    expect(elsewhere.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
  });

  it.each(workloads)('$kind $name runs without any right, and without a token of the cluster', (workload) => {
    const { pod } = workload;
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { securityContext } of containersOf(workload)) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it.each(workloads)('$kind $name has bounds, and an image with a version', (workload) => {
    for (const { resources, image } of containersOf(workload)) {
      expect(Object.keys(resources?.limits ?? {}).toSorted()).toEqual(['cpu', 'memory']);
      expect(Object.keys(resources?.requests ?? {}).toSorted()).toEqual(['cpu', 'memory']);
      expect(image).toMatch(/:[\w.-]+$/);
      expect(image).not.toMatch(/:latest$/);
    }
  });

  it.each(workloads.filter(({ kind }) => kind !== 'Job'))('$kind $name is asked how it is', ({ pod }) => {
    for (const container of pod.containers) {
      expect(container).toMatchObject({
        startupProbe: expect.any(Object),
        readinessProbe: expect.any(Object),
        livenessProbe: expect.any(Object),
      });
    }
  });

  it.each(workloads.filter(({ kind }) => kind !== 'Job'))(
    '$kind $name is ended when it hangs, and not when something else is slow',
    ({ pod }) => {
      for (const { livenessProbe, readinessProbe, startupProbe } of pod.containers) {
        // The kernel accepts a connection for a process that is stopped.
        for (const probe of [livenessProbe, readinessProbe, startupProbe])
          expect(probe).not.toHaveProperty('tcpSocket');
        expect(JSON.stringify(livenessProbe)).not.toContain('readyz');
        expect(
          (livenessProbe?.failureThreshold ?? 3) * (livenessProbe?.periodSeconds ?? 10),
        ).toBeGreaterThanOrEqual(30);
        expect(livenessProbe?.timeoutSeconds).toBeGreaterThanOrEqual(3);
        // A slow start is not ended.
        expect(
          (startupProbe?.failureThreshold ?? 3) * (startupProbe?.periodSeconds ?? 10),
        ).toBeGreaterThanOrEqual(60);
      }
    },
  );

  it.each(apps)('$name has a name under which each replica is found for its metrics', ({ labels }) => {
    type Spec = {
      clusterIP?: string;
      selector: Record<string, string>;
      ports: { port: number; targetPort: string }[];
    };
    const headless = ofKind<KubernetesObject & { spec: Spec }>(objects, 'Service').filter(
      ({ spec }) =>
        spec.clusterIP === 'None' &&
        Object.entries(spec.selector).every(([key, value]) => labels[key] === value),
    );
    expect(headless.map(({ spec }) => spec.ports)).toEqual([
      [{ name: 'metrics', port: 9464, targetPort: 'metrics' }],
    ]);
  });

  it.each(apps.filter(({ name }) => name !== 'gateway'))(
    '$name gets no work while its database or the broker is unavailable, and is not ended for it',
    ({ pod }) => {
      const [app] = pod.containers;
      expect([app?.readinessProbe?.httpGet?.path, app?.livenessProbe?.httpGet?.path]).toEqual([
        '/readyz',
        '/healthz',
      ]);
    },
  );

  it.each(apps)('$name has more time to end than it takes', ({ name, pod }) => {
    const seconds = pod.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    const endMs = seconds * 1_000 + SHUTDOWN_MS[name === 'gateway' ? 'gateway' : 'service'];
    expect(seconds).toBeGreaterThan(0);
    expect((pod.terminationGracePeriodSeconds ?? 0) * 1_000).toBeGreaterThan(endMs + SHUTDOWN_MS.grace);
  });

  it.each(apps)('$name scales, spreads over nodes, and lets a node be emptied', ({ name, labels, pod }) => {
    // Replicas of one version: those of the version that goes leave no room on a node to those that come.
    expect(pod.topologySpreadConstraints?.map((each) => [each.topologyKey, each.matchLabelKeys])).toEqual([
      ['kubernetes.io/hostname', ['pod-template-hash']],
      ['topology.kubernetes.io/zone', ['pod-template-hash']],
    ]);
    expect(pod.serviceAccountName).toBe(name);
    const scalers = objects.filter(
      ({ kind, metadata }) => /^(HorizontalPodAutoscaler|ScaledObject)$/.test(kind) && metadata.name === name,
    );
    expect(scalers).toHaveLength(1);
    const budget = ofKind<KubernetesObject & { spec: object }>(objects, 'PodDisruptionBudget').find(
      ({ metadata }) => metadata.name === name,
    );
    expect(budget?.spec).toMatchObject({
      selector: { matchLabels: { 'app.kubernetes.io/name': labels['app.kubernetes.io/name'] } },
    });
  });

  it.each(apps.filter(({ name }) => name !== 'gateway'))(
    '$name migrates its schema before it serves',
    ({ name, pod }) => {
      expect(pod.initContainers?.map(({ args }) => args)).toEqual([['migrate']]);
      const images = [...(pod.initContainers ?? []), ...pod.containers].map(({ image }) => image);
      expect(new Set(images).size).toBe(1);
      expect(images[0]).toMatch(new RegExp(`^doorbuster/${name}:`));
    },
  );

  it.each(apps.filter(({ name }) => name !== 'gateway'))(
    '$name knows the owner of its schema while it migrates, and not while it serves',
    ({ name, pod }) => {
      const secretsOf = (containers: typeof pod.containers = []) =>
        containers.flatMap(({ env = [] }) =>
          env.map((variable) => `${variable.name} ${variable.valueFrom?.secretKeyRef?.name}`),
        );
      const owner = `${name}-database-app`;
      expect(secretsOf(pod.initContainers)).toContainEqual(
        expect.stringMatching(`^MIGRATION_DATABASE_URL ${owner}`),
      );
      expect(secretsOf(pod.containers)).toContainEqual(
        expect.stringMatching(`^DATABASE_URL ${name}-database-runtime`),
      );
      expect(JSON.stringify(pod.containers)).not.toContain(owner);
    },
  );

  it('has a provisioner with a secret of its own, that has as many copies made as there are brokers', () => {
    const provisioner = workloads.find(({ name }) => name === 'provisioner');
    const [container] = provisioner?.pod.containers ?? [];
    const secret = container?.env?.find(({ name }) => name === 'NATS_URL')?.valueFrom?.secretKeyRef?.name;
    expect(secret).toMatch(/^provisioner-broker(-|$)/);
    // Where NATS_STREAM_REPLICAS and the broker's authority are.
    expect(container?.envFrom?.[0]?.configMapRef?.name).toMatch(/^all-apps/);
  });

  it.each(apps)('$name has its own secrets, and nobody else has them', ({ name, pod }) => {
    const secrets = [...(pod.initContainers ?? []), ...pod.containers].flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
    );
    expect(secrets.length).toBeGreaterThan(0);
    const own = name === 'gateway' ? 'broker|rpc-signing-key' : 'broker|database-app|database-runtime';
    for (const secret of secrets) {
      expect(secret).toMatch(new RegExp(`^(${name}-(${own})|rpc-verification-keys)`));
    }
  });
});

describe.each(['kind', 'minikube'] as const)('the secrets of overlay %s', (overlay) => {
  const objects = objectsOf(overlay);

  it('are all known to be published, so that production refuses them', () => {
    const secrets = ofKind<KubernetesObject & { data: Record<string, string> }>(objects, 'Secret');
    expect(secrets.length).toBeGreaterThan(SERVICES.length * 2);
    for (const { metadata, data } of secrets) {
      const plain = Object.entries(data).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]);
      // A public key is no secret.
      const secret = plain.filter(([key]) => !/VERIFICATION/.test(key ?? ''));
      expect(publishedSecretsIn(Object.fromEntries(secret)), metadata.name).toEqual(
        secret.map(([key]) => key),
      );
    }
  });

  it('are those of a development, as every container of ours is told', () => {
    const told = ofKind<KubernetesObject & { data: Record<string, string> }>(objects, 'ConfigMap').filter(
      ({ data }) => data['NODE_ENV'] === 'development',
    );
    for (const workload of workloadsOf(objects)) {
      for (const { image, env = [], envFrom = [] } of containersOf(workload)) {
        if (image?.startsWith('doorbuster/') !== true) continue;
        const own = env.some(({ name, value }) => name === 'NODE_ENV' && value === 'development');
        const shared = envFrom.some(({ configMapRef }) =>
          told.some(({ metadata }) => metadata.name === configMapRef?.name),
        );
        expect(own || shared, workload.name).toBe(true);
      }
    }
  });
});
