import { runService } from '@doorbuster/service';
import { catalogDefinition } from './catalog.definition.js';

await runService(catalogDefinition);
