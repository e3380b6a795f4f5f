/** Modest memory, full durability: `fsync`, `full_page_writes` and `synchronous_commit` stay as they are, on. */
export function postgresSettings(port: number, connectionsMax: number, hasTls = false): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    // A socket file would add a limit on the length of the path of the data directory, and nobody needs it.
    unix_socket_directories: '',
    max_connections: connectionsMax,
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    // Nothing replicates from here and no query is large: each idle helper process would only cost memory.
    max_wal_senders: 0,
    max_worker_processes: 2,
    max_logical_replication_workers: 0,
    max_parallel_workers_per_gather: 0,
    autovacuum_max_workers: 2,
    io_method: 'sync',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // A service that was killed must not keep its locks longer than this.
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    client_connection_check_interval: '5s',
    ...(hasTls && { ssl: 'on' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
