\set ECHO none
-- What policies keep from being written, of tables that people had, with ids of type text.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/policy_checks.sql
\i :behaviour/end.sql
DROP ROLE regress_policy_both, regress_policy_helper, regress_policy_second, regress_policy_boss, regress_policy_hr, regress_policy_writer, regress_policy_reader, regress_policy_stranger;
