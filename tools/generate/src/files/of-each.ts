import { SERVICES, type ServiceName } from '@doorbuster/contracts';

/** The default of Compose and of the local cluster. Production refuses it. */
export const DEVELOPMENT_PASSWORD = 'doorbuster-development-only';

/** The lines of each service. */
export const ofEach = (lines: (service: ServiceName, capitals: string) => string): string =>
  SERVICES.map((service) => lines(service, service.toUpperCase())).join('\n');
