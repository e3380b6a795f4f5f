/** A path of this shop: an address elsewhere would send a customer who has just logged in to a stranger. */
export const ownPath = (returnTo: string): string => (/^\/(?![/\\])/.test(returnTo) ? returnTo : '/');
