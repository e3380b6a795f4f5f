/** Node loads this module into every service before its code (`--import`). */
import { collectGarbageSoon } from './collect-garbage.js';

collectGarbageSoon();
