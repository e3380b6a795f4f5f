import { createPrivateKey, createPublicKey } from 'node:crypto';
import { connectionLimitOf, DATABASE_CONNECTIONS, SERVICES } from '@doorbuster/contracts';
import { postgresSettings } from '@doorbuster/embedded';
import { publishedSecretsIn } from '@doorbuster/service/process';
import { describe, expect, it } from 'vitest';
import { compose, defaults, isDefault, isTask, type ComposeService } from './fixtures/compose-file.js';

/** As many as the autoscalers of a cluster make. */
const REPLICAS_MAX = 6;
const all = Object.entries(compose.services);
const named = (name: string): ComposeService => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`there is no ${name} in docker-compose.yml`);
  return found;
};
/** Of the one server for all services. */
function maxConnections(): number {
  const [, value] = /max_connections=(\d+)/.exec((named('postgres').command ?? []).join(' ')) ?? [];
  return Number(value);
}

describe.each(all)('%s', (name, service) => {
  it('can write nowhere but to its volumes, and gets no right by any way', () => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(service.security_opt).toContain('no-new-privileges:true');
  });

  it('is started again when it dies, and a task only so often', () => {
    expect(service.restart).toMatch(/^unless-stopped$|^on-failure:\d$/);
  });

  it('says how it is, or is waited for to its end', () => {
    if (isTask(service)) {
      const waiting = all.map(([, { depends_on }]) => depends_on[name]?.condition);
      expect(waiting).toContain('service_completed_successfully');
    } else {
      // Of our own the image says how to ask.
      expect(service.healthcheck?.test?.[0]).toBe(service.build ? undefined : 'CMD');
    }
  });

  it('is not given up on by a machine that is busy', () => {
    if (!service.build) return;
    // A start in a minute, an answer in seconds: seen on two cores with thirty processes that wanted one.
    expect(service.healthcheck).toMatchObject({ timeout: '10s', retries: 6, start_period: '180s' });
  });

  it('waits for what it needs to be there, not just to be under way', () => {
    for (const [needed, { condition }] of Object.entries(service.depends_on)) {
      expect(condition).toBe(isTask(named(needed)) ? 'service_completed_successfully' : 'service_healthy');
    }
  });

  it('is of a pinned version, or built here', () => {
    if (service.build) expect(service.image).toBe(`doorbuster/${service.build.args.APP}:\${VERSION:-latest}`);
    else if (isTask(service))
      expect(all.some(([, { build, image }]) => build && image === service.image)).toBe(true);
    else expect(service.image).toMatch(/:v?\d+[\w.-]*$/);
  });
});

describe('the whole', () => {
  it('publishes the gateway and nothing else, to this machine alone', () => {
    const published = all.filter(([, service]) => isDefault(service)).flatMap(([, { ports }]) => ports);
    expect(published).toEqual(['${BIND:-127.0.0.1}:${PORT:-3000}:3000']);
    for (const port of all.flatMap(([, { ports }]) => ports))
      expect(port).toMatch(/^\$\{BIND:-127\.0\.0\.1\}:/);
  });

  // 2 GB, and what catalog needs more to decode images.
  it('stays below 2.2 GB with four services, and takes 192 MB more for each further one', () => {
    const running = all.filter(([, service]) => isDefault(service) && !isTask(service));
    const megabytes = running.map(([, { deploy }]) => Number.parseInt(deploy.resources.limits.memory, 10));
    const further = SERVICES.length - 4;
    expect(megabytes.reduce((sum, value) => sum + value, 0)).toBeLessThan(2_240 + 192 * further);
  });

  it('has no secret that could be taken for one', () => {
    const secrets = defaults.filter(({ name }) => /PASSWORD|SECRET|KEY/.test(name));
    expect(secrets.length).toBeGreaterThan(SERVICES.length * 2);
    for (const { name, value } of secrets) expect(publishedSecretsIn({ [name]: value })).toEqual([name]);
  });

  it('says that it is no production, which would refuse those secrets', () => {
    const ours = all.filter(([, { image }]) => image.startsWith('doorbuster/'));
    for (const [name, { environment }] of ours) expect(environment['NODE_ENV'], name).toBe('development');
    expect(named('payments').environment['PAYMENT_PROVIDER']).toBe('simulated');
  });

  it('has a connection for every role up to its limit, and some for administrators', () => {
    const ofService = connectionLimitOf(REPLICAS_MAX) + DATABASE_CONNECTIONS.migrators;
    expect(maxConnections()).toBeGreaterThanOrEqual(SERVICES.length * ofService + 20);
  });

  it('gives the key that signs requests to the gateway alone, and each service the public one of the pair', () => {
    const holders = all
      .filter(([, { environment }]) => 'RPC_SIGNING_KEY' in environment)
      .map(([name]) => name);
    expect(holders.toSorted()).toEqual(['gateway', 'seed']);
    const valueOf = (variable: string) => defaults.find(({ name }) => name === variable)?.value ?? '';
    const key = Buffer.from(valueOf('RPC_SIGNING_KEY'), 'base64');
    expect(key.toString('latin1')).toContain('doorbuster-development-only');
    const publicKey = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
    const keys = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    expect(valueOf('RPC_VERIFICATION_KEYS')).toBe(keys);
    for (const service of SERVICES) {
      expect(named(service).environment['RPC_VERIFICATION_KEYS']).toContain('RPC_VERIFICATION_KEYS');
    }
  });

  it('runs PostgreSQL as `npm start` does', () => {
    const ours = ['listen_addresses', 'port', 'unix_socket_directories'];
    const settings = postgresSettings(5432, maxConnections()).filter(
      (setting) => setting !== '-c' && !ours.includes(setting.split('=')[0] ?? ''),
    );
    expect(named('postgres').command).toEqual(['postgres', ...settings.map((setting) => `-c${setting}`)]);
  });
});

describe.each(SERVICES)('the service %s', (service) => {
  it('is no owner in the database: its migration alone has the migrator’s password', () => {
    const migrator = `${service}_migrator:\${${service.toUpperCase()}_MIGRATOR_PASSWORD:`;
    expect(named(`migrate-${service}`).environment['MIGRATION_DATABASE_URL']).toContain(
      `postgres://${migrator}`,
    );
    const told = all.filter(([, { environment }]) => JSON.stringify(environment).includes(migrator));
    expect(told.map(([name]) => name)).toEqual([`migrate-${service}`]);
  });

  it('starts when its schema is up to date', () => {
    expect(named(`migrate-${service}`)).toMatchObject({ command: ['migrate'], networks: ['database'] });
    expect(named(service).depends_on).toHaveProperty(`migrate-${service}`);
  });

  it('comes to the database and the broker with its own name', () => {
    const { DATABASE_URL, NATS_URL } = named(service).environment;
    expect(DATABASE_URL).toMatch(
      new RegExp(`^postgres://${service}:\\$\\{${service.toUpperCase()}_DATABASE_PASSWORD:`),
    );
    expect(NATS_URL).toMatch(new RegExp(`^nats://${service}:\\$\\{${service.toUpperCase()}_NATS_PASSWORD:`));
  });
});

describe('the provisioner', () => {
  it('comes to the broker, and to nothing else, with a name of its own', () => {
    const { environment, networks } = named('provisioner');
    expect(environment['NATS_URL']).toMatch(/^nats:\/\/provisioner:\$\{PROVISIONER_NATS_PASSWORD:/);
    expect(networks).toEqual(['broker']);
  });

  it.each(SERVICES)('is done before %s starts', (service) => {
    expect(named(service).depends_on).toHaveProperty('provisioner');
  });
});

describe('the networks', () => {
  it('let nobody out but what is published', () => {
    const open = Object.entries(compose.networks).filter(([, { internal }]) => !internal);
    expect(open.map(([name]) => name)).toEqual(['edge']);
    for (const [, { networks, ports }] of all) expect(networks.includes('edge')).toBe(ports.length > 0);
  });

  it('keep the gateway away from the database', () => {
    expect(named('gateway').networks).not.toContain('database');
    expect(all.filter(([, { networks }]) => networks.includes('database')).map(([name]) => name)).toEqual(
      expect.arrayContaining(['postgres', ...SERVICES]),
    );
  });
});
