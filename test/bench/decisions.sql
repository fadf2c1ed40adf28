-- What policies and proposals cost: three types that differ in their policies alone.
-- Beside what employees.sql has made; :users of each.

SELECT bench_employees(type, '{}', :users) FROM unnest('{Free,Bound,Reviewed}'::text[]) AS type;
SELECT scim_grant_tenant('default', 'agent');

-- Who proposes, and roles that policies name; the bench's login stands behind all of them.
DROP ROLE IF EXISTS bench_author, bench_helpdesk, bench_admin;
CREATE ROLE bench_author;
CREATE ROLE bench_helpdesk;
CREATE ROLE bench_admin;
SELECT scim_grant_tenant('default', 'bench_author');

CREATE FUNCTION bench_policy(review jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('deny', '["delete"]'::jsonb, 'on_conflict', 'fail', 'lease', '{"max_seconds": 3600}'::jsonb,
		'may', '{"bench_helpdesk": {"operations": ["update", "patch"], "attributes": ["title", "phoneNumbers"]}}'::jsonb,
		'exempt', '["bench_admin"]'::jsonb) || review $$;
SELECT scim_set_policy('*', 'Bound', bench_policy('{}')) IS NOT NULL,
	scim_set_policy('*', 'Reviewed', bench_policy(jsonb_build_object('shared_logins', jsonb_build_array(session_user),
		'review', '{"attributes": ["title", "active", "roles", "name.familyName"], "operations": ["delete"], "reviewers": ["agent"], "quorum": 1}'::jsonb))) IS NOT NULL;

-- What is called, for the employee that has the number.
CREATE TABLE bench_calls (
	n int PRIMARY KEY,
	id text NOT NULL,
	data jsonb NOT NULL,			-- of an update: another nickName
	operations jsonb NOT NULL,		-- of a patch, and of a proposal: another title
	version text NOT NULL,			-- that the patch expects
	proposal uuid,
	changes text					-- its version
);
ALTER TABLE bench_calls ALTER data SET STORAGE PLAIN;	-- to read it compressed would be part of all that is compared
GRANT SELECT ON bench_calls TO agent, bench_author;
GRANT UPDATE (proposal, changes) ON bench_calls TO bench_author;

CREATE FUNCTION bench_prepare(first bigint, many bigint) RETURNS void LANGUAGE sql AS $$
	DELETE FROM bench_calls;
	INSERT INTO bench_calls SELECT row_number() OVER (), id, data || jsonb_build_object('nickName', to_hex(nextval('bench_changes'))),
			jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'title', 'value', 'x' || to_hex(nextval('bench_changes')))), version
		FROM free WHERE tenant_id = 'default' AND id IN (SELECT md5('user' || i)::uuid FROM generate_series(first, first + many - 1) AS i) $$;
CREATE FUNCTION bench_propose() RETURNS void LANGUAGE sql AS $$
	UPDATE bench_calls SET proposal = (made ->> 'proposal_id')::uuid, changes = made ->> 'version'
		FROM (SELECT n, scim_propose_change('Reviewed', id, operations) AS made FROM bench_calls) AS proposed WHERE proposed.n = bench_calls.n $$;
