-- The same users, of whom no history is kept.

DROP TABLE users CASCADE;
SELECT scim_create_table('users', 'User', '{"history": false}');
INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, bench_user(i) FROM generate_series(1, :users) AS i;
VACUUM (ANALYZE);
