/** Injection tokens of what is no class. */
export const CONFIG = Symbol('gateway configuration');
export const LOGGER = Symbol('logger');
export const NATS_CLIENT = Symbol('NATS client');
