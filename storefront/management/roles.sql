-- The two roles and what each may do. Run by a superuser in template1 and in the shop's
-- database, by embedded.py and by docker-compose alike; running it twice changes nothing.
-- The passwords come as settings of the session: sungari.owner_password, sungari.app_password.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sungari_owner') THEN
        CREATE ROLE sungari_owner LOGIN CREATEDB;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sungari_app') THEN
        CREATE ROLE sungari_app LOGIN;
    END IF;
    EXECUTE format(
        'ALTER ROLE sungari_owner PASSWORD %L', current_setting('sungari.owner_password'));
    EXECUTE format(
        'ALTER ROLE sungari_app PASSWORD %L', current_setting('sungari.app_password'));
    IF current_database() = 'sungari' THEN
        ALTER DATABASE sungari OWNER TO sungari_owner;
    END IF;
END
$$;

-- pg_stat_statements is the one extension its owner cannot create for himself.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;

-- Default privileges belong to one database, and CREATE DATABASE copies those of its template.
GRANT USAGE ON SCHEMA public TO sungari_app;
ALTER DEFAULT PRIVILEGES FOR ROLE sungari_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO sungari_app;
ALTER DEFAULT PRIVILEGES FOR ROLE sungari_owner
    GRANT USAGE, SELECT ON SEQUENCES TO sungari_app;
ALTER DEFAULT PRIVILEGES FOR ROLE sungari_owner
    GRANT EXECUTE ON FUNCTIONS TO sungari_app;
