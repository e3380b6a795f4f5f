import { z } from 'zod';

const contract = <T>(type: string, schema: z.ZodType<T>) => ({ type, schema });

export const flightBooked = contract('flight-booked.v1', z.object({ flight: z.string() }));
export const flightFull = contract('flight-full.v1', z.object({ flight: z.string(), reason: z.string() }));
export const flightCancelled = contract('flight-cancelled.v1', z.object({ flight: z.string() }));
export const carBooked = contract('car-booked.v1', z.object({}));
