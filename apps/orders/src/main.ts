import { runService } from '@doorbuster/service';
import { orders } from './orders.definition.js';

await runService(orders);
