\set ECHO none
\c :regression
SET client_min_messages = warning;
DROP DATABASE :database;
