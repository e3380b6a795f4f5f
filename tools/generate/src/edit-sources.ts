import { GenerateError } from './generate-error.js';

/** Adds a name to the import from this file, or the whole import. */
export function addImport(text: string, name: string, from: string): string {
  const existing = new RegExp(`import \\{([^}]*?),?\\s*\\} from '${from.replaceAll('.', '\\.')}';`);
  const names = existing.exec(text)?.[1];
  if (names?.split(',').some((each) => each.trim() === name)) return text;
  if (names !== undefined) return text.replace(existing, `import {${names}, ${name} } from '${from}';`);
  return `import { ${name} } from '${from}';\n${text}`;
}

/** Inserts before the first place that matches. @throws {GenerateError} when there is none */
export function insertBefore(text: string, place: string | RegExp, inserted: string): string {
  const index = typeof place === 'string' ? text.indexOf(place) : text.search(place);
  if (index === -1)
    throw new GenerateError(`cannot find the place of "${inserted.trim()}": there is no ${place}`);
  return text.slice(0, index) + inserted + text.slice(index);
}

/** Adds an element to the array after `start`, such as `controllers: [`. */
export function addElement(text: string, start: string, element: string): string {
  const index = text.indexOf(start);
  if (index === -1) throw new GenerateError(`cannot add ${element}: there is no "${start}"`);
  const open = index + start.length;
  let depth = 1;
  let end = open;
  while (depth > 0 && end < text.length) {
    if (text[end] === '[') depth += 1;
    if (text[end] === ']') depth -= 1;
    end += 1;
  }
  const elements = text.slice(open, end - 1).replace(/,?\s*$/, '');
  return `${text.slice(0, open)}${elements}${elements.trim() === '' ? '' : ', '}${element}${text.slice(end - 1)}`;
}

/** Adds a handler to the root module of a service. */
export function addController(appModule: string, name: string, from: string): string {
  const text = addImport(appModule, name, from);
  return text.includes('controllers: [')
    ? addElement(text, 'controllers: [', name)
    : insertBefore(text, '})\nexport class AppModule', `  controllers: [${name}],\n`);
}

/** Adds a consumer to the topology of a service. */
export function addConsumer(topology: string, service: string, consumer: string): string {
  const entry = `\n  ${service}: {\n`;
  const start = topology.indexOf(entry);
  if (start === -1) {
    return insertBefore(
      topology,
      '};\n\n/** The topology of every service',
      // On lines of its own, as the next consumer expects it.
      `  ${service}: {\n    consumers: [${consumer}],\n  },\n`,
    );
  }
  const head = topology.slice(0, start);
  const tail = topology.slice(start);
  const end = tail.indexOf('\n  },');
  const own = tail.slice(0, end);
  const edited = own.includes('consumers: [')
    ? addElement(own, 'consumers: [', consumer)
    : `${own}\n    consumers: [${consumer}],`;
  return head + edited + tail.slice(end);
}

/** Allows a service one more consumer in the table of the test of permissions, which repeats the topology on purpose. */
export function permitConsumer(table: string, service: string, stream: string, consumer: string): string {
  const own = insertBefore(
    table,
    `...answers('${service}')`,
    `'dlq.${consumer}', ...reads('${stream}', '${consumer}'), `,
  );
  return provision(own, stream, consumer);
}

/** Allows a service to send a command, and its consumer of the replies to read the stream of the service that answers. */
export function permitCommand(
  table: string,
  { sender, subject }: { sender: string; subject: string },
  { stream, consumer }: { stream: string; consumer: string },
): string {
  const place = `...answers('${sender}')`;
  const sends = insertBefore(table, place, `'${subject}', `);
  const reads = `...reads('${stream}', '${consumer}')`;
  return sends.includes(reads)
    ? sends
    : provision(insertBefore(sends, place, `${reads}, `), stream, consumer);
}

/** The provisioner creates the consumer. */
function provision(own: string, stream: string, consumer: string): string {
  const streamOfProvisioner = `...provisions('${stream}'`;
  return own.includes(streamOfProvisioner)
    ? own.replace(streamOfProvisioner, `${streamOfProvisioner}, '${consumer}'`)
    : insertBefore(
        own,
        "],\n    subscribe: ['_INBOX_provisioner.>']",
        `...provisions('${stream}', '${consumer}'), `,
      );
}

export const pascal = (kebab: string): string =>
  kebab.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
export const camel = (kebab: string): string =>
  pascal(kebab).replace(/^[A-Z]/, (letter) => letter.toLowerCase());
export const snake = (kebab: string): string => kebab.replaceAll('-', '_');
