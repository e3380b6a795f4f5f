/** Little memory, full durability: `fsync`, `full_page_writes` and `synchronous_commit` stay on. */
export function postgresSettings(port: number, connectionsMax: number, hasTls = false): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    // No socket file: it is not used, and limits the length of the data directory's path.
    unix_socket_directories: '',
    max_connections: connectionsMax,
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    // No replication and no parallel queries: each idle helper process costs memory.
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
    // Releases the locks of a killed service.
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    client_connection_check_interval: '5s',
    ...(hasTls && { ssl: 'on' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
