-- The database: this is for CREATE EXTENSION alone, and for databases in UTF8.

\echo Use "CREATE EXTENSION scimver CASCADE" to load this file. \quit

DO $$
BEGIN
	IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
		RAISE EXCEPTION 'scimver needs a database in UTF8, this one is in %',
			pg_catalog.current_setting('server_encoding')
			USING ERRCODE = 'feature_not_supported',
				HINT = pg_catalog.format('Make one, and CREATE EXTENSION there: CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C'';',
					pg_catalog.concat(pg_catalog.current_database(), '_utf8'));
	END IF;
END $$;
