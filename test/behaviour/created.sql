-- Storage for the tests of this folder: tables that scimver makes.  "options" are
-- those that they are made with.
SET client_min_messages = warning;
\if :{?options}
\else
\set options {}
\endif
SELECT set_config('behaviour.options', :'options', false);
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
	('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION num(id text) RETURNS int LANGUAGE sql IMMUTABLE RETURN right(id, 12)::int;
CREATE FUNCTION make(type text, name text) RETURNS void LANGUAGE sql AS $$ SELECT scim_create_table(name, type, current_setting('behaviour.options')::jsonb) $$;
SELECT make('User', 'users'), make('Group', 'groups');
-- a text with "#n" for every id, "#?" for those that the database made
CREATE FUNCTION plain(shown text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	regexp_replace(regexp_replace(shown, '00000000-0000-4000-a000-0*(\d+)', '#\1', 'g'), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '#?', 'g');
-- the same, without versions
CREATE FUNCTION plain(shown jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	plain(regexp_replace(shown::text, '(version": )"[A-Za-z0-9+/]{11}="', '\1"V"', 'g'));
