import { runService } from '@doorbuster/service';
import { paymentsDefinition } from './payments.definition.js';

await runService(paymentsDefinition);
