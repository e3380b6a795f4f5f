/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 */
const ABSOLUTE_FORM = /^https?:\/\/[^/]*/i;

/**
 * Whether the target of a request is this path as the router understands it: with or without a query, as a path or a
 * whole address, and with characters escaped that need not be.
 */
export function isPath(target: string, path: string): boolean {
  if (target === path) return true;
  const [raw = ''] = target.replace(ABSOLUTE_FORM, '').split('?', 1);
  if (raw === path || !raw.includes('%')) return raw === path;
  try {
    // As the router: a slash that is escaped does not divide the path.
    return decodeURI(raw) === path;
  } catch {
    return false;
  }
}
