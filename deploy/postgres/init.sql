-- Made from the same definitions as the servers of `npm start`.
-- Change those, then `npx vitest run tools/deploy --update`.
\getenv catalog_password CATALOG_DATABASE_PASSWORD
\getenv orders_password ORDERS_DATABASE_PASSWORD
\getenv inventory_password INVENTORY_DATABASE_PASSWORD
\getenv payments_password PAYMENTS_DATABASE_PASSWORD
begin;
create role "catalog" login password :'catalog_password';
create role "orders" login password :'orders_password';
create role "inventory" login password :'inventory_password';
create role "payments" login password :'payments_password';
-- Services have no business in the databases of the server itself.
revoke all on database postgres, template1 from public;
revoke all on database "doorbuster" from public;
revoke all on schema public from public;
create schema if not exists extensions;
create extension if not exists pg_trgm schema extensions;
grant connect, temporary on database "doorbuster" to "catalog";
create schema if not exists "catalog" authorization "catalog";
alter role "catalog" in database "doorbuster" set search_path = "catalog", extensions;
grant usage on schema extensions to "catalog";
grant connect, temporary on database "doorbuster" to "orders";
create schema if not exists "orders" authorization "orders";
alter role "orders" in database "doorbuster" set search_path = "orders";
grant connect, temporary on database "doorbuster" to "inventory";
create schema if not exists "inventory" authorization "inventory";
alter role "inventory" in database "doorbuster" set search_path = "inventory";
grant connect, temporary on database "doorbuster" to "payments";
create schema if not exists "payments" authorization "payments";
alter role "payments" in database "doorbuster" set search_path = "payments";
commit;
