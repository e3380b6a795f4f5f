import { SERVICES } from '@doorbuster/contracts';
import { KIND_URL, type Cluster } from './cluster.js';
import { DeployError, run } from './run.js';

const MINUTE_MS = 60_000;
/** The first build installs packages, and the first start of a cluster pulls images. */
const LONG = { deadlineMs: 15 * MINUTE_MS };
const SHORT = { deadlineMs: MINUTE_MS };
/** As k8s/local/kustomization.yaml names it. */
const VERSION = '0.1.0';
const NAMESPACE = 'doorbuster';
const NODE_PORT = 30_080;
const APPS = ['provisioner', ...SERVICES, 'gateway'];

/** Creates the cluster if it is missing, deploys the current code, and waits until it serves. */
export async function up(cluster: Cluster): Promise<void> {
  await requirePrograms(cluster);
  if (!(await exists(cluster))) await run(cluster.create, LONG);
  const kubectl = kubectlOf(cluster);
  for (const app of APPS) {
    const image = `doorbuster/${app}:${VERSION}`;
    await run(['docker', 'build', '--build-arg', `APP=${app}`, '--tag', image, '.'], LONG);
    await run(cluster.load(image), LONG);
  }
  // A Job is immutable. Its work is idempotent, so it is deleted and created again.
  await run([...kubectl, 'delete', 'job', 'seed', '--ignore-not-found'], SHORT);
  await run([...kubectl, 'apply', '--kustomize', `k8s/overlays/${cluster.name}`], SHORT);
  // The image tag does not change, so pods must be restarted explicitly.
  const deployments = APPS.map((app) => `deployment/${app}`);
  await run([...kubectl, 'rollout', 'restart', ...deployments], SHORT);
  for (const each of ['statefulset/postgres', 'statefulset/nats', ...deployments]) {
    await run([...kubectl, 'rollout', 'status', each, '--timeout', '5m'], LONG);
  }
  await run([...kubectl, 'wait', '--for', 'condition=complete', 'job/seed', '--timeout', '5m'], LONG);
  process.stdout.write(`ready ${await addressOf(cluster)}\n`);
}

export async function down(cluster: Cluster): Promise<void> {
  await requirePrograms(cluster);
  await run(cluster.delete, LONG);
}

/** Runs a flash sale against the cluster; `options` are those of `npm run flash-sale`. */
export async function flashSale(cluster: Cluster, options: readonly string[]): Promise<void> {
  await requirePrograms(cluster);
  if (!(await exists(cluster)))
    throw new DeployError(`there is no cluster; npm run ${cluster.name}:up makes one`);
  const sale = ['npm', 'run', 'flash-sale', '--', '--url', await addressOf(cluster), ...options];
  await run(sale, LONG);
}

async function requirePrograms({ programs }: Cluster): Promise<void> {
  for (const program of programs) {
    await run([program, program === 'kubectl' ? 'help' : 'version'], { ...SHORT, quiet: true });
  }
}

const kubectlOf = ({ context }: Cluster): string[] => [
  'kubectl',
  '--context',
  context,
  '--namespace',
  NAMESPACE,
];

async function exists({ list, listedAs }: Cluster): Promise<boolean> {
  const clusters = await run(list, { ...SHORT, quiet: true });
  return clusters.includes(listedAs);
}

async function addressOf({ address }: Cluster): Promise<string> {
  if (address === null) return KIND_URL;
  const ip = await run(address, { ...SHORT, quiet: true });
  return `http://${ip.trim()}:${NODE_PORT}`;
}
