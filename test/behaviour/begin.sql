-- A database of its own with the storage; what comes next is echoed.
SET client_min_messages = warning;
SELECT 'scimver_behaviour_' || :'storage' AS database \gset
\set regression :DBNAME
CREATE DATABASE :database TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c :database
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
\o /dev/null
\i :behaviour/:storage.sql
\o
\set ECHO all
