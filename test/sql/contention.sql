\set ECHO none
-- Whose writes a forecast tells of, and to whom; and what there was of conflicts in the last hour.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/history_words.sql
CREATE FUNCTION set_agent(agent text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('scimver.agent', agent, false); END $$;
-- a write, a refusal, or what it is said to be, so many seconds ago
CREATE FUNCTION past(n int, seconds numeric, agent text DEFAULT 'other', changed text[] DEFAULT '{title}', error text DEFAULT NULL, operation text DEFAULT 'update', tenant text DEFAULT 'default') RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, version, previous_version, changed, actor, agent, error_code)
		VALUES (nextval('scim_history_seq'), pg_current_xact_id(), clock_timestamp() - make_interval(secs => seconds), tenant, 'User', id(n), CASE WHEN error IS NULL THEN operation ELSE 'refused' END,
			'AAAAAAAAAAA=', 'AAAAAAAAAAA=', changed, current_user, agent, error) $$;
SELECT set_agent('me');
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'user' || n) FROM generate_series(1, 20) n;
CREATE FUNCTION told(n int) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', c->>'writes', 'by', c->>'writers', 'conflicts', c->>'conflicts') FROM scim_contention('User', id(n)::text) c $$;

-- ---- whose it is ----

-- another tenant's resource of the same id is another one
SELECT past(18, 5, tenant => 'beta'), past(18, 5, tenant => 'beta', error => 'VERSION_MISMATCH'), past(18, 5);
SELECT told(18);
CREATE ROLE regress_scim_acts;
CREATE ROLE regress_scim_reads;
GRANT SELECT ON users TO regress_scim_acts;
SELECT scim_grant_tenant('beta', 'regress_scim_acts');
CREATE FUNCTION as_role(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	result := fails(format('SELECT scim_contention(%s)', statement));
	IF result = 'no error' THEN EXECUTE format('SELECT scim_contention(%s)->>''writes''', statement) INTO result; END IF;
	RESET ROLE;
	RETURN regexp_replace(result, '"required": .*', '...');
END $$;
SELECT as_role('regress_scim_acts', format('''User'', %L', id(18))), as_role('regress_scim_reads', format('''User'', %L', id(18)));
SELECT scim_grant_tenant('default', 'regress_scim_acts');
-- who has another role is another, whatever agent he names
SELECT as_role('regress_scim_acts', format('''User'', %L', id(18))), set_agent('other'), as_role('regress_scim_acts', format('''User'', %L', id(18))), told(18), set_agent('me');

-- ---- what there was in the last hour ----

DELETE FROM scim_history_rows;
SELECT past(1, 3000), past(1, 10), past(1, 5, 'third'), past(1, 4, 'me', error => 'VERSION_MISMATCH'), past(1, 3, error => 'LEASE_HELD'), past(1, 2, error => 'UNIQUENESS'), past(2, 3700), past(3, 3601, error => 'VERSION_MISMATCH'), past(4, 100, error => 'CONFLICT_STORM'),
	past(5, 10, tenant => 'beta'), past(5, 10, tenant => 'beta', operation => 'create'), past(6, 10, error => 'PERMISSION_DENIED');
CREATE FUNCTION stats() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', tenant_id, resource_type, plain(resource_id), writes, refusals, writers, last_at = (SELECT max(at) FROM scim_history_rows h WHERE (h.tenant_id, h.resource_id) = (s.tenant_id, s.resource_id) AND error_code IS DISTINCT FROM 'UNIQUENESS')) FROM scim_conflict_stats s ORDER BY tenant_id, resource_type, resource_id COLLATE "C" DESC $$;
SELECT * FROM stats();
-- some that were brought along, and are older, hide nothing; rows are read back to the twentieth of them
SELECT count(*) FROM (SELECT past(8, 5000 + i) FROM generate_series(1, 17) i) t;
SELECT * FROM stats();
SELECT past(8, 5000), past(9, 1);
SELECT * FROM stats();
-- beside a table that parallel workers would read
ALTER TABLE users SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT count(*) > 0 FROM users, scim_conflict_stats;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
ALTER TABLE users RESET (parallel_workers);
SET ROLE regress_scim_acts;
SELECT DISTINCT tenant_id FROM scim_conflict_stats ORDER BY 1;
RESET ROLE;
SELECT scim_revoke_tenant('default', 'regress_scim_acts');
SET ROLE regress_scim_acts;
SELECT DISTINCT tenant_id FROM scim_conflict_stats ORDER BY 1;
-- before another mapping there was nothing
RESET ROLE;
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor) VALUES (nextval('scim_history_seq'), pg_current_xact_id(), now(), 'beta', 'User', 'remapped', current_user);
SELECT past(10, 1, tenant => 'beta');
SET ROLE regress_scim_acts;
SELECT plain(resource_id), writes FROM scim_conflict_stats;
SET ROLE regress_scim_reads;
SELECT count(*) FROM scim_conflict_stats;
RESET ROLE;
-- rows of which the table's owner took what each has are nobody's to see
BEGIN;
ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows, ALTER resource_type DROP NOT NULL, ALTER at DROP NOT NULL;
SELECT past(12, 1, tenant => 'beta'), past(13, 1, tenant => 'beta');
UPDATE scim_history_rows SET resource_type = NULL WHERE resource_id = id(10)::text;
UPDATE scim_history_rows SET at = NULL WHERE resource_id = id(12)::text;
SET LOCAL ROLE regress_scim_acts;
SELECT plain(resource_id), writes FROM scim_conflict_stats;
ROLLBACK;
DROP OWNED BY regress_scim_acts, regress_scim_reads;
DROP ROLE regress_scim_acts, regress_scim_reads;

-- what was before the table was registered anew is none of it; without a history nobody knows
SELECT past(11, 30), past(11, 29, error => 'VERSION_MISMATCH');
SELECT told(11);
SELECT scim_unregister_table('users');
SELECT scim_register_table('users', 'User', '{}');
SELECT past(11, 20);
SELECT told(11);
SELECT scim_unregister_table('users');
SELECT scim_register_table('users', 'User', '{}', '{"history": false}');
SELECT scim_contention('User', id(18)::text);
\i :behaviour/end.sql
