import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The root of the repository that this script belongs to. */
export const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** A file below `templates/`, about the service `example`. */
export const readTemplate = (file: string): string => read(`tools/generate/templates/${file}`);

/** The template of one service, for another one. */
export const renamed = (text: string, service: string): string =>
  text
    .replaceAll('example', service)
    .replaceAll('EXAMPLE', service.toUpperCase())
    .replaceAll('Example', service.charAt(0).toUpperCase() + service.slice(1));
