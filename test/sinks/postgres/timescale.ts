import type { PostgresServer } from './postgres-server.js';

/**
 * What ertd asks of TimescaleDB, as a function of SQL with the signature and the demands of the real one: Debian has no
 * package of it. It keeps the calls and leaves the tables as they are.
 */
const STAND_IN = `
  CREATE SCHEMA timescale;
  INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    SELECT 99999, 'timescaledb', 10, 'timescale'::regnamespace, false, '2.17.2';
  CREATE TABLE timescale.hypertables (relation regclass PRIMARY KEY, time_column name);
  CREATE FUNCTION timescale.create_hypertable(
    relation regclass, time_column_name name, partitioning_column name DEFAULT NULL,
    number_partitions integer DEFAULT NULL, associated_schema_name name DEFAULT NULL,
    associated_table_prefix name DEFAULT NULL, chunk_time_interval anyelement DEFAULT NULL::bigint,
    create_default_indexes boolean DEFAULT true, if_not_exists boolean DEFAULT false,
    partitioning_func regproc DEFAULT NULL, migrate_data boolean DEFAULT false
  ) RETURNS TABLE (hypertable_id integer, schema_name name, table_name name, created boolean)
  LANGUAGE plpgsql AS $$
  DECLARE has_rows boolean; lacking name; kind regtype;
  BEGIN
    IF EXISTS (SELECT FROM timescale.hypertables h WHERE h.relation = $1) THEN
      IF if_not_exists THEN RETURN; END IF;
      RAISE EXCEPTION 'table "%" is already a hypertable', relation USING ERRCODE = 'TS110';
    END IF;
    SELECT atttypid INTO kind FROM pg_attribute WHERE attrelid = relation AND attname = time_column_name;
    IF kind IS NULL THEN RAISE EXCEPTION 'column "%" does not exist', time_column_name; END IF;
    IF kind NOT IN ('timestamptz', 'timestamp', 'date', 'bigint', 'integer', 'smallint') THEN
      RAISE EXCEPTION 'invalid type for dimension "%"', time_column_name;
    END IF;
    SELECT indexrelid::regclass INTO lacking FROM pg_index
      WHERE indrelid = relation AND indisunique AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = relation AND attname = time_column_name AND attnum = ANY(indkey));
    IF lacking IS NOT NULL THEN
      RAISE EXCEPTION 'cannot create a unique index without the column "%" (used in partitioning)', time_column_name
        USING ERRCODE = 'TS103';
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE confrelid = relation) THEN
      RAISE EXCEPTION 'foreign keys to hypertables are not supported';
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation) INTO has_rows;
    IF has_rows AND NOT migrate_data THEN RAISE EXCEPTION 'table "%" is not empty', relation; END IF;
    INSERT INTO timescale.hypertables VALUES (relation, time_column_name);
    RETURN QUERY SELECT 1, 'public'::name, relation::text::name, true;
  END $$;
`;

/** Makes a server's database look as if it had TimescaleDB. */
export async function standInForTimescale(server: PostgresServer): Promise<void> {
  await server.query(STAND_IN);
}

/** Tables that were made hypertables, and by which column. */
export async function hypertablesOf(server: PostgresServer): Promise<Record<string, string>> {
  const rows = await server.query<{ name: string; column: string }>(
    'SELECT relation::text AS name, time_column AS column FROM timescale.hypertables ORDER BY name',
  );
  return Object.fromEntries(rows.map(({ name, column }) => [name, column]));
}
