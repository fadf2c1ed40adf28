-- A number that agents increment, each with its name, by tools; its history is kept.

CREATE EXTENSION scimver CASCADE;
SELECT scim_register_schema('{"id": "urn:example:Tally", "name": "Tally", "attributes": [{"name": "count", "type": "integer"}, {"name": "by"}]}');
SELECT scim_register_resource_type('{"name": "Tally", "endpoint": "/Tallies", "schema": "urn:example:Tally"}');
SELECT scim_create_table('tallies', 'Tally');
SELECT scim_grant_tenant('default', 'agent');
