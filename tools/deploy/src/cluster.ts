/** A cluster on this machine. */
export interface Cluster {
  name: 'kind' | 'minikube';
  programs: string[];
  /** The kubectl context. */
  context: string;
  /** Lists clusters, one a line. {@link listedAs} is this one's name there. */
  list: string[];
  listedAs: string;
  create: string[];
  delete: string[];
  load: (image: string) => string[];
  /** Prints the address of the gateway; `null` when it is constant. */
  address: string[] | null;
}

const NAME = 'doorbuster';
/** As k8s/overlays/kind/cluster.yaml publishes it. */
export const KIND_URL = 'http://localhost:3000';

export const CLUSTERS: Record<Cluster['name'], Cluster> = {
  kind: {
    name: 'kind',
    programs: ['docker', 'kind', 'kubectl'],
    context: `kind-${NAME}`,
    list: ['kind', 'get', 'clusters'],
    listedAs: NAME,
    create: ['kind', 'create', 'cluster', '--config', 'k8s/overlays/kind/cluster.yaml', '--wait', '120s'],
    delete: ['kind', 'delete', 'cluster', '--name', NAME],
    load: (image) => ['kind', 'load', 'docker-image', image, '--name', NAME],
    address: null,
  },
  minikube: {
    name: 'minikube',
    programs: ['docker', 'minikube', 'kubectl'],
    context: NAME,
    list: ['minikube', 'profile', 'list', '--light', '--output', 'json'],
    listedAs: `"Name":"${NAME}"`,
    // Its default network does not enforce NetworkPolicies.
    create: [
      'minikube',
      'start',
      '--profile',
      NAME,
      '--driver',
      'docker',
      '--cni',
      'calico',
      '--cpus',
      '2',
      '--memory',
      '4g',
    ],
    delete: ['minikube', 'delete', '--profile', NAME],
    load: (image) => ['minikube', 'image', 'load', image, '--profile', NAME],
    address: ['minikube', 'ip', '--profile', NAME],
  },
};
