-- What an application grants on tables of its own.
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO provisioner;
GRANT USAGE ON SEQUENCE next_id TO provisioner;
