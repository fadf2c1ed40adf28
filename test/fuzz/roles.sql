-- Who the sessions of the SQL fuzzers are, beside the superuser: an owner of
-- tables who may register them, an agent who was granted tables, and nobody.
SET client_min_messages = warning;
CREATE ROLE fuzz_owner LOGIN;
CREATE ROLE fuzz_agent LOGIN;
CREATE ROLE fuzz_nobody LOGIN;
CREATE ROLE fuzz_stranger LOGIN;
