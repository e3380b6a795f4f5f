/** What we read of a server's `/jsz`, https://docs.nats.io/running-a-nats-service/nats_admin/monitoring#jetstream-information-jsz */
export interface JetStreamReport {
  /** Those who decide which server keeps what. */
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

/** Servers that keep the same thing. */
interface Group {
  leader?: string;
  /** Absent of the server that had a stream alone and was not elected by the others yet: they may not have all of it. */
  leader_since?: string;
  replicas?: { current: boolean; offline?: boolean }[];
}

/** Of the cluster itself, once all its servers have found each other. */
export const leaderOfCluster = (reports: readonly JetStreamReport[]): string | undefined =>
  leaderAmong(reports.map(({ meta_cluster: group }) => group));

/** Of a stream, once all that keep it and its consumers are up to date. */
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

/** Each server tells of a group; a leader alone knows whether all the others are there and up to date. */
function leaderAmong(told: readonly (Group | undefined)[]): string | undefined {
  const whole = told.find(
    (group) =>
      group?.replicas !== undefined &&
      group.replicas.length > 0 &&
      group.replicas.every(({ current, offline }) => current && offline !== true),
  );
  return whole?.leader;
}
