/** What we read of a server's `/jsz`, https://docs.nats.io/running-a-nats-service/nats_admin/monitoring#jetstream-information-jsz */
export interface JetStreamReport {
  /** The meta group, which assigns streams to servers. */
  meta_cluster?: Group;
  account_details?: { stream_detail?: StreamReport[] }[];
}

interface StreamReport extends Member {
  consumer_detail?: Member[];
}

interface Member {
  name: string;
  cluster?: Group;
}

/** A Raft group. */
interface Group {
  leader?: string;
  /** Absent while no leader is elected. */
  leader_since?: string;
  replicas?: { current: boolean; offline?: boolean }[];
}

/** Whether all servers of the cluster have joined. */
export const leaderOfCluster = (reports: readonly JetStreamReport[]): string | undefined =>
  leaderAmong(reports.map(({ meta_cluster: group }) => group));

/** Whether all replicas of a stream and of its consumers are current. */
export function leaderOfStream(reports: readonly JetStreamReport[], name: string): string | undefined {
  const streams = reports
    .flatMap(({ account_details: accounts = [] }) => accounts)
    .flatMap(({ stream_detail: details = [] }) => details)
    .filter((stream) => stream.name === name);
  const consumers = streams.flatMap(({ consumer_detail: details = [] }) => details);
  const byName = Map.groupBy(consumers, (consumer) => consumer.name);
  const areLed = [...byName.values()].every((told) => electedAmong(told));
  return areLed ? electedAmong(streams) : undefined;
}

const electedAmong = (told: readonly Member[]): string | undefined =>
  leaderAmong(told.map(({ cluster }) => cluster).filter((group) => group?.leader_since !== undefined));

/** Every server reports a group. Only the leader knows whether the others are current. */
function leaderAmong(told: readonly (Group | undefined)[]): string | undefined {
  const whole = told.find(
    (group) =>
      group?.replicas !== undefined &&
      group.replicas.length > 0 &&
      group.replicas.every(({ current, offline }) => current && offline !== true),
  );
  return whole?.leader;
}
