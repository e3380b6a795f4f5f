-- Generated from the definitions that `npm start` uses. Do not edit.
-- Change the definitions, then run `npm run generate:all`.
\getenv catalog_password CATALOG_DATABASE_PASSWORD
\getenv catalog_migrator_password CATALOG_MIGRATOR_PASSWORD
\getenv orders_password ORDERS_DATABASE_PASSWORD
\getenv orders_migrator_password ORDERS_MIGRATOR_PASSWORD
\getenv inventory_password INVENTORY_DATABASE_PASSWORD
\getenv inventory_migrator_password INVENTORY_MIGRATOR_PASSWORD
\getenv payments_password PAYMENTS_DATABASE_PASSWORD
\getenv payments_migrator_password PAYMENTS_MIGRATOR_PASSWORD
\getenv identity_password IDENTITY_DATABASE_PASSWORD
\getenv identity_migrator_password IDENTITY_MIGRATOR_PASSWORD
\getenv cart_password CART_DATABASE_PASSWORD
\getenv cart_migrator_password CART_MIGRATOR_PASSWORD
begin;
create role "catalog" login password :'catalog_password';
create role "catalog_migrator" login password :'catalog_migrator_password';
create role "orders" login password :'orders_password';
create role "orders_migrator" login password :'orders_migrator_password';
create role "inventory" login password :'inventory_password';
create role "inventory_migrator" login password :'inventory_migrator_password';
create role "payments" login password :'payments_password';
create role "payments_migrator" login password :'payments_migrator_password';
create role "identity" login password :'identity_password';
create role "identity_migrator" login password :'identity_migrator_password';
create role "cart" login password :'cart_password';
create role "cart_migrator" login password :'cart_migrator_password';
-- For 6 replicas of each service, and one more during an update.
alter role "catalog" connection limit 56;
alter role "catalog_migrator" connection limit 4;
alter role "orders" connection limit 56;
alter role "orders_migrator" connection limit 4;
alter role "inventory" connection limit 56;
alter role "inventory_migrator" connection limit 4;
alter role "payments" connection limit 56;
alter role "payments_migrator" connection limit 4;
alter role "identity" connection limit 56;
alter role "identity_migrator" connection limit 4;
alter role "cart" connection limit 56;
alter role "cart_migrator" connection limit 4;
-- Services may not connect to the databases of the server itself.
revoke all on database postgres, template1 from public;
revoke all on database "doorbuster" from public;
revoke all on schema public from public;
create schema if not exists extensions;
create extension if not exists pg_trgm schema extensions;
grant connect on database "doorbuster" to "catalog", "catalog_migrator";
revoke temporary on database "doorbuster" from "catalog";
create schema if not exists "catalog" authorization "catalog_migrator";
grant usage on schema "catalog" to "catalog";
alter default privileges for role "catalog_migrator" in schema "catalog" grant select, insert, update, delete on tables to "catalog";
alter default privileges for role "catalog_migrator" in schema "catalog" grant usage on sequences to "catalog";
alter role "catalog" in database "doorbuster" set search_path = "catalog", extensions;
alter role "catalog_migrator" in database "doorbuster" set search_path = "catalog", extensions;
grant usage on schema extensions to "catalog", "catalog_migrator";
grant connect on database "doorbuster" to "orders", "orders_migrator";
revoke temporary on database "doorbuster" from "orders";
create schema if not exists "orders" authorization "orders_migrator";
grant usage on schema "orders" to "orders";
alter default privileges for role "orders_migrator" in schema "orders" grant select, insert, update, delete on tables to "orders";
alter default privileges for role "orders_migrator" in schema "orders" grant usage on sequences to "orders";
alter role "orders" in database "doorbuster" set search_path = "orders";
alter role "orders_migrator" in database "doorbuster" set search_path = "orders";
grant connect on database "doorbuster" to "inventory", "inventory_migrator";
revoke temporary on database "doorbuster" from "inventory";
create schema if not exists "inventory" authorization "inventory_migrator";
grant usage on schema "inventory" to "inventory";
alter default privileges for role "inventory_migrator" in schema "inventory" grant select, insert, update, delete on tables to "inventory";
alter default privileges for role "inventory_migrator" in schema "inventory" grant usage on sequences to "inventory";
alter role "inventory" in database "doorbuster" set search_path = "inventory";
alter role "inventory_migrator" in database "doorbuster" set search_path = "inventory";
grant connect on database "doorbuster" to "payments", "payments_migrator";
revoke temporary on database "doorbuster" from "payments";
create schema if not exists "payments" authorization "payments_migrator";
grant usage on schema "payments" to "payments";
alter default privileges for role "payments_migrator" in schema "payments" grant select, insert, update, delete on tables to "payments";
alter default privileges for role "payments_migrator" in schema "payments" grant usage on sequences to "payments";
alter role "payments" in database "doorbuster" set search_path = "payments";
alter role "payments_migrator" in database "doorbuster" set search_path = "payments";
grant connect on database "doorbuster" to "identity", "identity_migrator";
revoke temporary on database "doorbuster" from "identity";
create schema if not exists "identity" authorization "identity_migrator";
grant usage on schema "identity" to "identity";
alter default privileges for role "identity_migrator" in schema "identity" grant select, insert, update, delete on tables to "identity";
alter default privileges for role "identity_migrator" in schema "identity" grant usage on sequences to "identity";
alter role "identity" in database "doorbuster" set search_path = "identity";
alter role "identity_migrator" in database "doorbuster" set search_path = "identity";
grant connect on database "doorbuster" to "cart", "cart_migrator";
revoke temporary on database "doorbuster" from "cart";
create schema if not exists "cart" authorization "cart_migrator";
grant usage on schema "cart" to "cart";
alter default privileges for role "cart_migrator" in schema "cart" grant select, insert, update, delete on tables to "cart";
alter default privileges for role "cart_migrator" in schema "cart" grant usage on sequences to "cart";
alter role "cart" in database "doorbuster" set search_path = "cart";
alter role "cart_migrator" in database "doorbuster" set search_path = "cart";
commit;
