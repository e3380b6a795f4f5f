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
\set ON_ERROR_STOP on
begin;
select $$create role "catalog" login$$ where not exists (select from pg_roles where rolname = 'catalog') \gexec
select $$create role "catalog_migrator" login$$ where not exists (select from pg_roles where rolname = 'catalog_migrator') \gexec
select $$create role "orders" login$$ where not exists (select from pg_roles where rolname = 'orders') \gexec
select $$create role "orders_migrator" login$$ where not exists (select from pg_roles where rolname = 'orders_migrator') \gexec
select $$create role "inventory" login$$ where not exists (select from pg_roles where rolname = 'inventory') \gexec
select $$create role "inventory_migrator" login$$ where not exists (select from pg_roles where rolname = 'inventory_migrator') \gexec
select $$create role "payments" login$$ where not exists (select from pg_roles where rolname = 'payments') \gexec
select $$create role "payments_migrator" login$$ where not exists (select from pg_roles where rolname = 'payments_migrator') \gexec
select $$create role "identity" login$$ where not exists (select from pg_roles where rolname = 'identity') \gexec
select $$create role "identity_migrator" login$$ where not exists (select from pg_roles where rolname = 'identity_migrator') \gexec
select $$create role "cart" login$$ where not exists (select from pg_roles where rolname = 'cart') \gexec
select $$create role "cart_migrator" login$$ where not exists (select from pg_roles where rolname = 'cart_migrator') \gexec
alter role "catalog" password :'catalog_password';
alter role "catalog_migrator" password :'catalog_migrator_password';
alter role "orders" password :'orders_password';
alter role "orders_migrator" password :'orders_migrator_password';
alter role "inventory" password :'inventory_password';
alter role "inventory_migrator" password :'inventory_migrator_password';
alter role "payments" password :'payments_password';
alter role "payments_migrator" password :'payments_migrator_password';
alter role "identity" password :'identity_password';
alter role "identity_migrator" password :'identity_migrator_password';
alter role "cart" password :'cart_password';
alter role "cart_migrator" password :'cart_migrator_password';
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
do $take_over$
declare
  tables regclass[] := array(select oid::regclass from pg_class where relowner = 'catalog'::regrole and relkind in ('r', 'p', 'v', 'm'));
  sequences regclass[] := array(select oid::regclass from pg_class where relowner = 'catalog'::regrole and relkind in ('S'));
  taken regclass;
begin
  reassign owned by "catalog" to "catalog_migrator";
  foreach taken in array tables loop
    execute format('grant select, insert, update, delete on %s to %I', taken, 'catalog');
  end loop;
  foreach taken in array sequences loop
    execute format('grant usage on sequence %s to %I', taken, 'catalog');
  end loop;
end $take_over$;
do $take_over$
declare
  tables regclass[] := array(select oid::regclass from pg_class where relowner = 'orders'::regrole and relkind in ('r', 'p', 'v', 'm'));
  sequences regclass[] := array(select oid::regclass from pg_class where relowner = 'orders'::regrole and relkind in ('S'));
  taken regclass;
begin
  reassign owned by "orders" to "orders_migrator";
  foreach taken in array tables loop
    execute format('grant select, insert, update, delete on %s to %I', taken, 'orders');
  end loop;
  foreach taken in array sequences loop
    execute format('grant usage on sequence %s to %I', taken, 'orders');
  end loop;
end $take_over$;
do $take_over$
declare
  tables regclass[] := array(select oid::regclass from pg_class where relowner = 'inventory'::regrole and relkind in ('r', 'p', 'v', 'm'));
  sequences regclass[] := array(select oid::regclass from pg_class where relowner = 'inventory'::regrole and relkind in ('S'));
  taken regclass;
begin
  reassign owned by "inventory" to "inventory_migrator";
  foreach taken in array tables loop
    execute format('grant select, insert, update, delete on %s to %I', taken, 'inventory');
  end loop;
  foreach taken in array sequences loop
    execute format('grant usage on sequence %s to %I', taken, 'inventory');
  end loop;
end $take_over$;
do $take_over$
declare
  tables regclass[] := array(select oid::regclass from pg_class where relowner = 'payments'::regrole and relkind in ('r', 'p', 'v', 'm'));
  sequences regclass[] := array(select oid::regclass from pg_class where relowner = 'payments'::regrole and relkind in ('S'));
  taken regclass;
begin
  reassign owned by "payments" to "payments_migrator";
  foreach taken in array tables loop
    execute format('grant select, insert, update, delete on %s to %I', taken, 'payments');
  end loop;
  foreach taken in array sequences loop
    execute format('grant usage on sequence %s to %I', taken, 'payments');
  end loop;
end $take_over$;
do $take_over$
declare
  tables regclass[] := array(select oid::regclass from pg_class where relowner = 'identity'::regrole and relkind in ('r', 'p', 'v', 'm'));
  sequences regclass[] := array(select oid::regclass from pg_class where relowner = 'identity'::regrole and relkind in ('S'));
  taken regclass;
begin
  reassign owned by "identity" to "identity_migrator";
  foreach taken in array tables loop
    execute format('grant select, insert, update, delete on %s to %I', taken, 'identity');
  end loop;
  foreach taken in array sequences loop
    execute format('grant usage on sequence %s to %I', taken, 'identity');
  end loop;
end $take_over$;
do $take_over$
declare
  tables regclass[] := array(select oid::regclass from pg_class where relowner = 'cart'::regrole and relkind in ('r', 'p', 'v', 'm'));
  sequences regclass[] := array(select oid::regclass from pg_class where relowner = 'cart'::regrole and relkind in ('S'));
  taken regclass;
begin
  reassign owned by "cart" to "cart_migrator";
  foreach taken in array tables loop
    execute format('grant select, insert, update, delete on %s to %I', taken, 'cart');
  end loop;
  foreach taken in array sequences loop
    execute format('grant usage on sequence %s to %I', taken, 'cart');
  end loop;
end $take_over$;
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
