import { SERVICES } from '@doorbuster/contracts';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { describe, expect, it } from 'vitest';
import { isAllowed, portsNamedIn, type Party, type Peer, type Protocol } from './fixtures/network.js';
import { objectsOf, ofKind, OVERLAYS, type Overlay } from './fixtures/overlay.js';
import { workloadsOf } from './fixtures/workloads.js';

const NAMESPACE = 'doorbuster';
/** Beside those that a policy names. A policy that allows all ports is found by any of them. */
const PORTS = [22, 53, 80, 443, 3000, 5432, 9464, 13133, 16686];
const PROTOCOLS: Protocol[] = ['TCP', 'UDP'];
const elsewhere = (namespace: string, labels = {}): Peer => ({ namespace, labels });
const AROUND = {
  internet: { address: '203.0.113.7' },
  // Nodes, other networks of the company, and what a cloud tells each machine about itself.
  private: { address: '10.1.2.3' },
  metadata: { address: '169.254.169.254' },
  dns: elsewhere('kube-system', { 'k8s-app': 'kube-dns' }),
  stranger: elsewhere('default', { app: 'stranger' }),
  monitoring: elsewhere('monitoring'),
  keda: elsewhere('keda'),
  cnpg: elsewhere('cnpg-system'),
  collector: elsewhere('observability'),
  cache: elsewhere('cache'),
} satisfies Record<string, Party>;

const from = (senders: readonly string[], ...edges: string[]): string[] =>
  senders.flatMap((sender) => edges.map((edge) => `${sender} -> ${edge}`));
const APPS = [...SERVICES, 'gateway'];
const COMMON = [
  ...from(Object.keys(AROUND), 'gateway:3000'),
  'gateway -> identity:8081',
  ...from([...APPS, 'provisioner'], 'nats:4222'),
  ...from(['monitoring'], ...APPS.map((app) => `${app}:9464`)),
];

/** What the architecture needs beside names, which everybody may ask for. Nothing else may be. */
const LOCAL = [
  ...COMMON,
  ...from(['seed'], 'nats:4222'),
  ...from(SERVICES, 'postgres:5432'),
  ...from([...APPS, 'seed'], 'jaeger:4318'),
];
const EDGES: Record<Overlay, string[]> = {
  kind: LOCAL,
  minikube: LOCAL,
  production: [
    ...COMMON,
    ...SERVICES.flatMap((service) => {
      const database = `${service}-database`;
      return [
        `${service} -> ${database}:5432`,
        `${database} -> ${database}:5432`,
        ...from(['cnpg'], `${database}:5432`, `${database}:8000`),
        `monitoring -> ${database}:9187`,
        // The API server, whose address is not known here.
        ...from([database], ...everywhere(443), ...everywhere(6443)),
      ];
    }),
    'nats -> nats:6222',
    ...from(['keda', 'monitoring'], 'nats:8222'),
    ...from(APPS, 'collector:4318'),
    'catalog -> cache:6379',
    // The keys of the token issuer, and the API of the payment provider: nothing inside.
    ...from(['gateway', 'payments'], 'internet:443'),
  ],
};

/** Every destination without policies of ours, on this port. */
function everywhere(port: number): string[] {
  return Object.keys(AROUND).map((name) => `${name}:${port}`);
}

describe.each(OVERLAYS)('network policies of overlay %s', (overlay) => {
  const objects = objectsOf(overlay);
  const policies = ofKind<INetworkPolicy>(objects, 'NetworkPolicy');
  const pods = Object.fromEntries(
    workloadsOf(objects).map(({ name, labels, pod }): [string, Peer] => [
      name,
      {
        namespace: NAMESPACE,
        labels,
        ports: Object.fromEntries(
          pod.containers.flatMap(({ ports = [] }) =>
            ports.map(({ name: port, containerPort }) => [port ?? '', containerPort]),
          ),
        ),
      },
    ]),
  );
  const databases = Object.fromEntries(
    ofKind(objects, 'Cluster').map(({ metadata: { name } }): [string, Peer] => [
      name,
      { namespace: NAMESPACE, labels: { 'cnpg.io/cluster': name } },
    ]),
  );
  const parties: Record<string, Party> = { ...AROUND, ...pods, ...databases };
  const ports = [...new Set([...PORTS, ...portsNamedIn(policies)])];
  const doors = PROTOCOLS.flatMap((protocol) => ports.map((port) => ({ port, protocol })));
  const ours = new Set([...Object.keys(pods), ...Object.keys(databases)]);

  it('allow every edge of the architecture, and nothing else', () => {
    const allowed = Object.entries(parties).flatMap(([sender, a]) =>
      Object.entries(parties).flatMap(([receiver, b]) =>
        ours.has(sender) || ours.has(receiver)
          ? doors
              .filter((door) => isAllowed(policies, a, b, door))
              .map(
                ({ port, protocol }) => `${sender} -> ${receiver}:${port}${protocol === 'UDP' ? '/UDP' : ''}`,
              )
          : [],
      ),
    );
    const names = from([...ours], 'dns:53', 'dns:53/UDP');
    expect(allowed.toSorted()).toEqual([...new Set([...EDGES[overlay], ...names])].toSorted());
  });

  it('hold for every pod there is', () => {
    const everything = policies.find(({ metadata }) => metadata?.name === 'nothing');
    expect(everything?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });
});
