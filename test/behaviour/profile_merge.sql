-- Merges, and proposals, of what a profile understands: they hold the standard's own form.
SELECT scim_create_user('{"userName": "ann", "title": "A", "active": true}')->>'id' AS ann \gset
SELECT scim_get_user(:'ann') #>> '{meta,version}' AS read \gset
-- somebody else
SELECT scim_patch_user(:'ann', '[{"op": "add", "path": "nickName", "value": "N"}]') ->> 'nickName';
SET scimver.profile = entra;
-- an update: what it clears was not there
SELECT scim_update_user(:'ann', '{"userName": "ann", "title": [{"value": "B"}], "active": "False", "nickName": "", "nonsense": 1}', :'read', on_conflict => 'merge') - '{id,meta,schemas}'::text[];
-- a patch: a value is made where none matches, and what was never there is removed
SELECT scim_patch_user(:'ann', '{"Operations": [{"op": "Replace", "value": {"name.givenName": "Ann"}}, {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "a@x.org"}, {"op": "Remove", "path": "phoneNumbers[type eq \"fax\"]"}]}', :'read', on_conflict => 'merge') - '{id,meta,schemas}'::text[];
-- what both changed, in whatever spelling, is no conflict if it is the same
SELECT scim_patch_user(:'ann', '[{"op": "Replace", "path": "active", "value": "false"}]', :'read', on_conflict => 'merge') - '{id,meta,schemas}'::text[];
CREATE FUNCTION refused(id text, operations jsonb, version text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN scim_patch_user(id, operations, version, on_conflict => 'merge'); EXCEPTION WHEN SQLSTATE 'PT412' THEN RETURN sqlerrm; END $$;
SELECT refused(:'ann', '[{"op": "Replace", "path": "title", "value": [{"value": "C"}]}]', :'read');
-- a proposal
SELECT jsonb_path_query_array(scim_propose_change('User', :'ann', '[{"op": "Replace", "path": "active", "value": "True"}, {"op": "Replace", "path": "emails[type eq \"home\"].value", "value": "h@x.org"}]'), '$.changes[*]');
RESET scimver.profile;
SELECT scim_get_user(:'ann') - '{id,meta,schemas}'::text[];
