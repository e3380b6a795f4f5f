/** Of a request, except where a route has a limit of its own. */
export const BODY_BYTES_MAX = 64 * 1024;
