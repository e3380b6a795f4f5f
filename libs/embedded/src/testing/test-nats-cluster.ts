import path from 'node:path';
import type { NatsUser } from '@doorbuster/contracts';
import type { NatsClusterMember } from '../nats/configuration.js';
import { startNats } from '../nats/start-nats.js';
import { findFreePort } from '../ports.js';
import { eventually } from './eventually.js';
import { leaderOfCluster, leaderOfStream, type JetStreamReport } from './jetstream-report.js';
import { startRestartable, type RestartableServer } from './restartable.js';
import { testCredentials } from './test-credentials.js';

export interface ClusteredNats extends RestartableServer {
  readonly name: string;
  /** Of this server alone. */
  url(user: 'admin' | NatsUser): string;
}

export interface TestNatsCluster {
  readonly servers: readonly ClusteredNats[];
  /** All servers, comma-separated. */
  url(user: 'admin' | NatsUser): string;
  /** Waits until the stream and its consumers have leaders and current replicas. */
  leaderOf(stream: string): Promise<ClusteredNats>;
  dispose(): Promise<void>;
}

const SIZE = 3;

/** A cluster of three NATS servers, each with its own storage, with the same users and permissions as a single one. */
export async function startTestNatsCluster(): Promise<TestNatsCluster> {
  const members = await chooseMembers();
  const started = await Promise.allSettled(members.map(startMember));
  const servers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const dispose = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.dispose()));
  };
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await dispose();
    throw failed.reason;
  }
  const leaderBy = (read: (reports: JetStreamReport[]) => string | undefined, what: string) =>
    eventually(async () => {
      const name = read(await askAll(members));
      return servers.find((server) => server.name === name);
    }, `a leader of ${what} that the others keep up with`);
  await leaderBy(leaderOfCluster, 'the cluster');
  return {
    servers,
    url: (user) => servers.map((server) => server.url(user)).join(','),
    leaderOf: (stream) => leaderBy((reports) => leaderOfStream(reports, stream), stream),
    dispose,
  };
}

type Member = NatsClusterMember & { port: number };

async function chooseMembers(): Promise<Member[]> {
  const ports = new Set<number>();
  while (ports.size < SIZE * 3) ports.add(await findFreePort());
  const chosen = [...ports];
  const routePorts = chosen.slice(0, SIZE);
  return routePorts.map((routePort, i) => ({
    serverName: `nats-${i + 1}`,
    routePort,
    routePorts,
    monitorPort: chosen[SIZE + i] as number,
    port: chosen[2 * SIZE + i] as number,
  }));
}

async function startMember({ port, ...cluster }: Member): Promise<ClusteredNats> {
  const passwords = testCredentials().nats;
  const server = await startRestartable(
    ({ directory, onSpawn }) =>
      startNats({ dir: path.join(directory, 'nats'), passwords, port, cluster, onSpawn }),
    'KILL',
  );
  const { first } = server;
  return Object.assign(server, {
    name: cluster.serverName,
    url: (user: 'admin' | NatsUser) => first.url(user),
  });
}

/** Servers that are down do not answer. */
async function askAll(members: readonly Member[]): Promise<JetStreamReport[]> {
  const answers = members.map(async ({ monitorPort }) => {
    const url = `http://127.0.0.1:${monitorPort}/jsz?accounts=true&streams=true&consumers=true`;
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return (await response.json()) as JetStreamReport;
  });
  const settled = await Promise.allSettled(answers);
  return settled.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}
