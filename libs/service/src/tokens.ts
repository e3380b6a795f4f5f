/** Injection tokens of what has no class of its own at run time. */
export const LOGGER = Symbol('logger');
export const NATS_CONNECTION = Symbol('nats-connection');
