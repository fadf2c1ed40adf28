-- Resources in the tables of mapped.sql.

INSERT INTO app.people SELECT n, 'User' || n, n || '@example.com' FROM generate_series(1, 9) n;
INSERT INTO app."the teams' table" SELECT n, 'Team ' || n FROM generate_series(1, 3) n;
INSERT INTO app.joins SELECT n, 1 + n % 3 FROM generate_series(1, 9) n;
UPDATE app.people SET mail = NULL WHERE id = 2;
SELECT scim_patch_group('1', '[{"op": "add", "path": "members", "value": [{"value": "1"}]}]') IS NOT NULL;
DELETE FROM app.people WHERE id = 9;
