import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The root of the repository that this script belongs to. */
export const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** A file below `templates/`, about the service `example`. */
export const readTemplate = (file: string): string => read(`tools/generate/templates/${file}`);

/** A template with other names, replaced in this order. */
export const withNames = (template: string, names: Readonly<Record<string, string>>): string =>
  Object.entries(names).reduce((text, [from, to]) => text.replaceAll(from, to), template);

/** The template of the service `example`, for another service. The keyword `examples` of a schema is not its name. */
export const renamed = (template: string, service: string): string =>
  withNames(template.replaceAll(/example(?!s\b)/g, service), {
    EXAMPLE: service.toUpperCase(),
    Example: service.charAt(0).toUpperCase() + service.slice(1),
  });
