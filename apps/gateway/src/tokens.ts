/** Injection token of the logger, whose type is an interface. */
export const LOGGER = Symbol('logger');
