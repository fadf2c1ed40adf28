\set ECHO none
-- Deletes of tables that people had, with no foreign key between them.
\set storage mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
ALTER TABLE groups_members DROP CONSTRAINT groups_members_tenant_id_group_id_fkey, DROP CONSTRAINT groups_members_tenant_id_user_id_fkey;
\i :behaviour/deletes.sql
\i :behaviour/end.sql
