/** At most `$1` rows. SQL, because a count up to a limit needs no columns of the outbox, whose entity the library has. */
export const OUTBOX_ROWS = 'select from outbox limit $1';
