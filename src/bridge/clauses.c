/*
 * clauses.c
 *		Parts that several statements have, as elements of a list of expressions.
 *
 * Entry points: clause_set_require_version, clause_set_read_only, clause_set_commit,
 * clause_may_write, clause_set_messages.
 */
#include "clauses.h"

/* For --require-version.  Without it nothing is set: the role or the database may have it on. */
const char	clause_set_require_version[] =
", pg_catalog.set_config('scimver.require_version', 'on', true)";

/* What a tool says of itself is enforced: only so may a lost read be repeated. */
const char	clause_set_read_only[] =
", pg_catalog.set_config('transaction_read_only', 'on', true)";

/* An acknowledged write must survive a crash: off becomes local, no more. */
const char	clause_set_commit[] =
", CASE WHEN pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off'"
" THEN pg_catalog.set_config('synchronous_commit', 'local', true) END";

/* Before a tool that writes: can it?  NULL: yes; else whether this is a standby. */
const char	clause_may_write[] =
", CASE WHEN pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'on'"
" THEN pg_catalog.pg_is_in_recovery() END AS standby";

/*
 * After it: a commit that ends its wait for a standby only warns.  A role's
 * setting or a trigger's must not hide that.
 */
const char	clause_set_messages[] =
", pg_catalog.set_config('client_min_messages', 'warning', true)";
