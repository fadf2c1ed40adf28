-- Storage for the tests of this folder: tables that people had, with columns for
-- some attributes and a document for the rest.  Ids are of type text, and no two
-- of them differ but by the case of their letters.  "options" are those of the
-- registration.
SET client_min_messages = warning;
\if :{?options}
\else
\set options {}
\endif
SELECT set_config('behaviour.options', :'options', false);
CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN translate(n::bit(20)::text, '01', 'Aa');
CREATE FUNCTION num(id text) RETURNS int LANGUAGE sql IMMUTABLE RETURN translate(id, 'Aa', '01')::bit(20)::int;
CREATE SEQUENCE next_id START 500000;

-- what plain SQL writes into the document goes where it belongs: a trigger of the application's
CREATE FUNCTION split() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 0 .. TG_NARGS - 1 BY 2 LOOP
		IF NEW.data ? TG_ARGV[i] THEN
			NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[i + 1], NEW.data->TG_ARGV[i]));
			NEW.data := NEW.data - TG_ARGV[i];
		END IF;
	END LOOP;
	RETURN NEW;
END $$;

CREATE FUNCTION make(type text, name text, attribute text DEFAULT NULL, "column" text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %I (tenant_id text NOT NULL DEFAULT scim_tenant(), id text DEFAULT id(nextval(''next_id'')::int), user_name text, display_name text,'
		' data jsonb NOT NULL DEFAULT ''{}'', version text, revision bigint, created timestamptz DEFAULT now(), last_modified timestamptz, password_hash text, member_count bigint, member_digest bytea,'
		' PRIMARY KEY (tenant_id, id))', name);
	IF attribute IS NOT NULL THEN
		EXECUTE format('CREATE UNIQUE INDEX ON %I (tenant_id, scim_fold(user_name))', name);
		EXECUTE format('CREATE TRIGGER split BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION split(%L, %L)', name, attribute, "column");
	END IF;
	PERFORM scim_register_table(name::regclass, type, '{"id": "id", "tenant": "tenant_id", "data": "data", "version": "version", "revision": "revision", "created": "created", "lastModified": "last_modified"}'::jsonb
		|| CASE type WHEN 'User' THEN '{"password": "password_hash"}' WHEN 'Group' THEN '{"memberCount": "member_count", "memberDigest": "member_digest"}' ELSE '{}' END::jsonb
		|| CASE WHEN attribute IS NULL THEN '{}' ELSE jsonb_build_object('attributes', jsonb_build_object(attribute, jsonb_build_object('column', "column", 'compare', 'fold'))) END,
		current_setting('behaviour.options')::jsonb);
END $$;
SELECT make('User', 'users', 'userName', 'user_name'), make('Group', 'groups', 'displayName', 'display_name');
CREATE TABLE groups_members (tenant_id text NOT NULL DEFAULT scim_tenant(), group_id text NOT NULL, member_type text NOT NULL DEFAULT 'User' CHECK (member_type = 'User'), member_id text NOT NULL,
	PRIMARY KEY (tenant_id, group_id, member_id),
	FOREIGN KEY (tenant_id, group_id) REFERENCES groups ON DELETE CASCADE, CONSTRAINT groups_members_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES users ON DELETE CASCADE);
SELECT scim_register_members('groups_members', 'group_id', 'member_id', '{"tenant": "tenant_id"}');
CREATE FUNCTION plain(shown text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	(SELECT string_agg(CASE WHEN part ~ '^[Aa]{20}$' THEN '#' || CASE WHEN num(part) < 500000 THEN num(part)::text ELSE '?' END ELSE part END, '' ORDER BY i)
	FROM regexp_split_to_table(regexp_replace(shown, '\m[Aa]{20}\M', E'\x01\\&\x01', 'g'), E'\x01') WITH ORDINALITY p(part, i));
-- the same, without versions
CREATE FUNCTION plain(shown jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	plain(regexp_replace(shown::text, '(version": )"[A-Za-z0-9+/]{11}="', '\1"V"', 'g'));
