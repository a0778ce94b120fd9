-- Run once, by the image's superuser, when the volume is new: the product logs in as a role that owns its database
-- and may make the tenants' roles, and no more (docs/operations.md, The database's roles).
\getenv password POSTGRES_PASSWORD
CREATE ROLE scrm LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE scrm OWNER scrm;
REVOKE CONNECT ON DATABASE scrm FROM PUBLIC;
-- The superuser had the same password until here; now it is reached from within the container alone.
ALTER ROLE postgres PASSWORD NULL;
