import { runService } from '@doorbuster/service';
import { inventoryDefinition } from './inventory.definition.js';

await runService(inventoryDefinition);
