/** Loaded into every service before its own code, see `collectGarbageSoon`. */
import { collectGarbageSoon } from './collect-garbage.js';

collectGarbageSoon();
