import { ofEach } from './of-each.js';
import { replaceRegions } from './region.js';

export const prometheusFile = (current: string): string =>
  replaceRegions(current, {
    services: ofEach(
      (service) =>
        `  - job_name: ${service}\n` +
        `    dns_sd_configs: [{ names: [${service}], type: A, port: 9464, refresh_interval: 15s }]`,
    ),
  });
