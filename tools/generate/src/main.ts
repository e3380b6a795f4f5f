import { generateConsumer } from './consumer.js';
import { generateAll, generateFromCompiledCode } from './all.js';
import { GenerateError } from './generate-error.js';
import { generateService } from './service.js';

const USAGE = `usage:
  npm run generate:all               renews every generated file
  npm run generate -- service NAME   adds a service, with tests and deployment
  npm run generate -- consumer SERVICE EVENT  lets a service read an event, such as order-status-changed
`;

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof GenerateError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main([what, name, other]: readonly string[]): Promise<void> {
  switch (what) {
    case 'all':
      return generateAll();
    case 'deployment':
      return generateFromCompiledCode();
    case 'service':
      return generateService(name);
    case 'consumer':
      return generateConsumer(name, other);
    default:
      throw new GenerateError(USAGE);
  }
}
