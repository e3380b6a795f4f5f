import { generateConsumer } from './consumer.js';
import { generateAll, generateFromCompiledCode } from './all.js';
import { GenerateError } from './generate-error.js';
import { generateSagaStep } from './saga-step.js';
import { generateService } from './service.js';

const USAGE = `usage:
  npm run generate:all               renews every generated file
  npm run generate -- service NAME   adds a service, with tests and deployment
  npm run generate -- consumer SERVICE EVENT  lets a service read an event, such as order-status-changed
  npm run generate -- saga-step SERVICE COMMAND SUCCESS REFUSAL  adds a step to the checkout, such as
                                     payments check-fraud fraud-checked fraud-suspected
`;

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof GenerateError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main([what, name, ...others]: readonly string[]): Promise<void> {
  switch (what) {
    case 'all':
      return generateAll();
    case 'deployment':
      return generateFromCompiledCode();
    case 'service':
      return generateService(name);
    case 'consumer':
      return generateConsumer(name, others[0]);
    case 'saga-step':
      return generateSagaStep([name, ...others]);
    default:
      throw new GenerateError(USAGE);
  }
}
