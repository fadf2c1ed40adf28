\set ECHO none
-- Policies and the option enforce, of tables that scimver made.
\set storage created
\set options '{"enforce": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/policy_enforced.sql
\i :behaviour/end.sql
DROP ROLE regress_policy_owner, regress_policy_writer, regress_policy_hr, regress_policy_stranger;
