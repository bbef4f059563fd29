// node duckdb.js THREADS OUT.csv QUERY.sql: one query, its rows as CSV. PALERMO_DUCKDB is the folder that holds node_modules.
const duckdb = require(process.env.PALERMO_DUCKDB + '/node_modules/@duckdb/node-api');
(async () => {
    const [threads, out, query] = process.argv.slice(2);
    const sql = require('fs').readFileSync(query, 'utf8');
    const instance = await duckdb.DuckDBInstance.create(':memory:', { threads });
    const connection = await instance.connect();
    await connection.run(`COPY (${sql}) TO '${out}' (HEADER, DELIMITER ',')`);
})().catch(problem => { console.error(String(problem)); process.exit(1); });
