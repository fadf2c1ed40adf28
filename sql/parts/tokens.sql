-- Tokens: by which clients of the bridge come in, and as whom.  The table is written by its
-- functions, in its owner's place; there is no row level security, as it is dumped
-- (sql/parts/history.sql).  Who reads it learns no token, but whose there are: so that is the
-- database's owner, and the role of a bridge (scim_grant_bridge).

CREATE TABLE scim_tokens (
	id uuid PRIMARY KEY,
	digest bytea NOT NULL CHECK (pg_catalog.octet_length(digest) OPERATOR(pg_catalog.=) 32),
	role regrole NOT NULL,
	tenant_id text COLLATE pg_catalog."C" NOT NULL CHECK (tenant_id OPERATOR(pg_catalog.<>) ''),
	principal text COLLATE pg_catalog."C" NOT NULL,
	subject_type text,
	subject_id text,
	scopes text[] NOT NULL,
	tools text[],
	profile text,
	agent text,
	max_per_minute int,
	created_by text NOT NULL,
	created_at timestamptz NOT NULL,
	lasts interval,
	expires_at timestamptz,
	revoked_at timestamptz
);
CREATE UNIQUE INDEX scim_tokens_digest ON scim_tokens (digest);
COMMENT ON TABLE scim_tokens IS
	'Tokens that were given out, without their secrets; written by scim_create_token; read it by scim_list_tokens()';
COMMENT ON COLUMN scim_tokens.id IS
	'What scim_revoke_token and scim_rotate_token are told, and logs tell';
COMMENT ON COLUMN scim_tokens.digest IS
	'SHA-256 of the token';
COMMENT ON COLUMN scim_tokens.role IS
	'The role that calls with it run as';
COMMENT ON COLUMN scim_tokens.tenant_id IS
	'The only tenant that they work in';
COMMENT ON COLUMN scim_tokens.principal IS
	'Who that is, as the history, proposals and reviews have it: the subject (User/<id>), or token:<id>; of a token that took the place of another, what that had';
COMMENT ON COLUMN scim_tokens.subject_type IS
	'The resource type of the subject, which /Me stands for; NULL: there is none';
COMMENT ON COLUMN scim_tokens.subject_id IS
	'Its id';
COMMENT ON COLUMN scim_tokens.scopes IS
	'What it is good for: scim, mcp; read_only: for nothing that writes';
COMMENT ON COLUMN scim_tokens.tools IS
	'The tools, and sets of tools, that there are by MCP; NULL: all';
COMMENT ON COLUMN scim_tokens.profile IS
	'The profile by which input is understood; NULL: the tenant''s';
COMMENT ON COLUMN scim_tokens.agent IS
	'What the client is called in the history; NULL: as it calls itself';
COMMENT ON COLUMN scim_tokens.max_per_minute IS
	'So many requests a minute does a bridge let through; NULL: any number';
COMMENT ON COLUMN scim_tokens.created_by IS
	'The role that created it';
COMMENT ON COLUMN scim_tokens.created_at IS
	'When';
COMMENT ON COLUMN scim_tokens.lasts IS
	'So long was it made for, and is what takes its place; NULL: for ever';
COMMENT ON COLUMN scim_tokens.expires_at IS
	'When it ends by the clock; NULL: never';
COMMENT ON COLUMN scim_tokens.revoked_at IS
	'When it was revoked; NULL: it was not';

CREATE VIEW scim_own_tokens WITH (security_barrier) AS
	SELECT id, role, tenant_id, principal, subject_type, subject_id, scopes, tools, profile, agent, max_per_minute,
		created_by::name AS created_by, created_at, lasts, expires_at, revoked_at
	FROM ONLY scim_tokens WHERE pg_catalog.pg_has_role(role, 'USAGE');
COMMENT ON VIEW scim_own_tokens IS
	'The tokens of the roles that the current role has, itself or by inheritance';

SELECT pg_catalog.pg_extension_config_dump('scim_tokens',
	'WHERE role::pg_catalog.oid IN (SELECT oid FROM pg_catalog.pg_roles)');

CREATE FUNCTION scim_create_token(role regrole, tenant text, options jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_create_token';
COMMENT ON FUNCTION scim_create_token(regrole, text, jsonb) IS
	'Creates a token by which clients of the bridge work as the role in the tenant: {"token", "id", "principal", "expires_at"}; nobody is told the token again';
REVOKE EXECUTE ON FUNCTION scim_create_token(regrole, text, jsonb) FROM PUBLIC;

CREATE FUNCTION scim_list_tokens() RETURNS SETOF scim_own_tokens
	LANGUAGE SQL STABLE
	BEGIN ATOMIC
		SELECT * FROM scim_own_tokens ORDER BY created_at, id;
	END;
COMMENT ON FUNCTION scim_list_tokens() IS
	'The tokens of the roles that the current role has, the oldest first';

CREATE FUNCTION scim_rotate_token(id uuid, overlap interval DEFAULT '1 hour') RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_rotate_token';
COMMENT ON FUNCTION scim_rotate_token(uuid, interval) IS
	'Creates a token for the same, and as long, in the place of one that ends when that time is over: {"token", "id", "principal", "expires_at"}';
REVOKE EXECUTE ON FUNCTION scim_rotate_token(uuid, interval) FROM PUBLIC;

CREATE FUNCTION scim_revoke_token(id uuid) RETURNS boolean
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_revoke_token';
COMMENT ON FUNCTION scim_revoke_token(uuid) IS
	'Ends a token now; false: it had ended before';
REVOKE EXECUTE ON FUNCTION scim_revoke_token(uuid) FROM PUBLIC;

CREATE FUNCTION scim_grant_bridge(role regrole) RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_grant_bridge';
COMMENT ON FUNCTION scim_grant_bridge(regrole) IS
	'Lets a role look up tokens, and enter by them, as the bridge does';
REVOKE EXECUTE ON FUNCTION scim_grant_bridge(regrole) FROM PUBLIC;

-- Entering: restricted, as parallel workers know nothing of it.

CREATE FUNCTION scim_enter(token bytea) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_enter';
COMMENT ON FUNCTION scim_enter(bytea) IS
	'Has the rest of the transaction run as the role, and in the tenant, of a token (its SHA-256): nothing in it leads out again';
REVOKE EXECUTE ON FUNCTION scim_enter(bytea) FROM PUBLIC;

CREATE FUNCTION scim_enter_role(role regrole, tenant text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_enter_role';
COMMENT ON FUNCTION scim_enter_role(regrole, text) IS
	'The same without a token: for a bridge that serves its own machine alone';
REVOKE EXECUTE ON FUNCTION scim_enter_role(regrole, text) FROM PUBLIC;

CREATE FUNCTION scim_left_behind() RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_left_behind';
COMMENT ON FUNCTION scim_left_behind() IS
	'What the session keeps of this transaction, or of one before, that a bridge''s must not: a role, a setting, temporary tables; NULL: nothing';
-- Not for code that runs behind a token: who was told of what is left behind, answers for it.
REVOKE EXECUTE ON FUNCTION scim_left_behind() FROM PUBLIC;
