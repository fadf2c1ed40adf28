-- Groups that nobody is in: that many, as is usual, that a user's are looked up by their ids.
INSERT INTO groups (data) SELECT jsonb_build_object('displayName', 'Other ' || i) FROM generate_series(1, 1000) AS i;
VACUUM (ANALYZE) groups;
