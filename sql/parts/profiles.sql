-- Profiles: by which rules the input of clients is understood, and which tenant has
-- which.  There is no row level security, as they are dumped (sql/parts/tenants.sql).

CREATE TABLE scim_profiles (
	name text COLLATE pg_catalog."C" NOT NULL PRIMARY KEY,
	rules jsonb NOT NULL,
	built_in boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE scim_profiles IS
	'Profiles: what clients may send beyond RFC 7644, by name; add others with INSERT';
COMMENT ON COLUMN scim_profiles.name IS
	'What scimver.profile and scim_set_tenant_profile name';
COMMENT ON COLUMN scim_profiles.rules IS
	'The rules that are on, such as {"coerce": true}; none: RFC 7644 alone';
COMMENT ON COLUMN scim_profiles.built_in IS
	'Is it always there, and always the same?';

-- No foreign key leads from here: a parallel restore may bring this table first.
CREATE TABLE scim_tenant_profiles (
	tenant_id text COLLATE pg_catalog."C" NOT NULL PRIMARY KEY CHECK (tenant_id <> ''),
	profile text COLLATE pg_catalog."C" NOT NULL
);
COMMENT ON TABLE scim_tenant_profiles IS
	'The profile of each tenant that has not rfc; written by scim_set_tenant_profile';

-- What sessions keep of both is read again after each change, also one that is
-- replicated, as with scim_tenant_grants.
CREATE FUNCTION scim_profiles_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_profiles_trigger';
COMMENT ON FUNCTION scim_profiles_trigger() IS
	'Refuses what is no profile, and has all sessions read the profiles again';
REVOKE EXECUTE ON FUNCTION scim_profiles_trigger() FROM PUBLIC;
CREATE TRIGGER scimver_rows AFTER INSERT OR UPDATE OR DELETE ON scim_profiles
	FOR EACH ROW EXECUTE FUNCTION scim_profiles_trigger();
CREATE TRIGGER scimver_table AFTER TRUNCATE ON scim_profiles
	FOR EACH STATEMENT EXECUTE FUNCTION scim_profiles_trigger();
CREATE TRIGGER scimver_rows AFTER INSERT OR UPDATE OR DELETE ON scim_tenant_profiles
	FOR EACH ROW EXECUTE FUNCTION scim_profiles_trigger();
ALTER TABLE scim_profiles ENABLE ALWAYS TRIGGER scimver_rows;
ALTER TABLE scim_profiles ENABLE ALWAYS TRIGGER scimver_table;
ALTER TABLE scim_tenant_profiles ENABLE ALWAYS TRIGGER scimver_rows;

INSERT INTO scim_profiles (name, built_in, rules) VALUES
	('rfc', true, '{}'),
	('interop', true, '{"filter": true, "same_values": true, "full_replace": true}'),
	('entra', true, '{"filter": true, "coerce": true, "path_keys": true, "create_target": true,
		"remove_absent": true, "simple_complex": true, "empty_clears": true, "loose_envelope": true,
		"member_forms": true, "unknown_attributes": true, "own_read_only": true,
		"absent_members": "skip", "same_values": true, "group_patch_204": true}'),
	('okta', true, '{"coerce": true, "create_target": true, "remove_absent": true,
		"loose_envelope": true, "member_forms": true, "unknown_attributes": true,
		"own_read_only": true, "absent_members": "skip", "same_values": true}');

SELECT pg_catalog.pg_extension_config_dump('scim_profiles', 'WHERE NOT built_in');
SELECT pg_catalog.pg_extension_config_dump('scim_tenant_profiles', '');

CREATE FUNCTION scim_set_tenant_profile(tenant text, profile text) RETURNS void
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_set_tenant_profile';
COMMENT ON FUNCTION scim_set_tenant_profile(text, text) IS
	'Sets by which profile the input of a tenant''s clients is understood, where scimver.profile names none; NULL: by rfc';
