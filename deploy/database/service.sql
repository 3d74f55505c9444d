-- The roles and the schema of one service (:service). It may be run again.
-- <service>_owner migrates and owns everything; <service> serves, with the rights that the migrations grant it table by table.
\set owner :service _owner
SELECT format('CREATE ROLE %I LOGIN', role) FROM unnest(ARRAY[:'service', :'owner']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
-- Who makes a role may give it to others, but not act for it, unless it is a superuser. To make a schema for the owner one must.
SELECT format('GRANT %I TO CURRENT_USER', :'owner') WHERE NOT pg_has_role(:'owner', 'SET') \gexec
GRANT CONNECT ON DATABASE :"DBNAME" TO :"service", :"owner";
CREATE SCHEMA IF NOT EXISTS :"service" AUTHORIZATION :"owner";
GRANT USAGE ON SCHEMA :"service" TO :"service";
ALTER ROLE :"owner" IN DATABASE :"DBNAME" SET search_path = :"service", public;
ALTER ROLE :"service" IN DATABASE :"DBNAME" SET search_path = :"service", public;
