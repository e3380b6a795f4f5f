import { z } from 'zod';
import { command, event } from '../message.js';
import { orderId } from '../values.js';

export const checkFraud = command('payments', 'check-fraud', z.object({ orderId }));
export const fraudChecked = event('payments', 'fraud-checked', z.object({ orderId }));
export const fraudSuspected = event('payments', 'fraud-suspected', z.object({ orderId, reason: z.string() }));
