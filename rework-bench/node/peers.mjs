// Runs one Node peer. Standard input: the database's address, how many jobs to drain, how many to enqueue singly, how
// many to time on idle, one a line. Standard output: figure=value lines.
import { createInterface } from "node:readline";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

const BATCH = 1000;
const lines = [];
for await (const line of createInterface({ input: process.stdin })) lines.push(line.trim());
const [address, ...numbers] = lines;
const [jobs, singles, probes] = numbers.map(Number);

const say = (figure, value) => console.log(`${figure}=${value}`);
const rate = (count, began) => count / ((performance.now() - began) / 1000);

// When jobs were run, and a promise for the last of them.
function progress(count) {
  const at = [];
  let done;
  const all = new Promise((resolve) => (done = resolve));
  return {
    ran(n = 1) {
      const now = performance.now();
      for (let i = 0; i < n; i++) at.push(now);
      if (at.length >= count) done();
    },
    all,
    report(began, ended = at[count - 1]) {
      const tenth = Math.floor(count / 10);
      say("drain", count / ((ended - began) / 1000));
      say("steady", (count - 2 * tenth) / ((at[count - 1 - tenth] - at[tenth]) / 1000));
    },
    last: () => at[at.length - 1],
  };
}

async function enqueues(one, many) {
  for (let i = 0; i < 200; i++) await one(i);
  let began = performance.now();
  for (let i = 0; i < singles; i++) await one(i);
  say("enqueue.single", rate(singles, began));
  const batches = Math.max(5, Math.floor(jobs / BATCH));
  for (let i = -3; i < batches; i++) {
    if (i === 0) began = performance.now();
    await many(BATCH);
  }
  say("enqueue.batch1000", rate(batches * BATCH, began));
}

async function fill(many) {
  for (let left = jobs; left > 0; left -= BATCH) await many(Math.min(BATCH, left));
}

async function latency(one, current) {
  const taken = [];
  for (let i = -50; i < probes; i++) {
    const counted = progress(1);
    current(counted);
    const began = performance.now();
    await one(i);
    await counted.all;
    if (i >= 0) taken.push(counted.last() - began);
    await pause(20);
  }
  taken.sort((a, b) => a - b);
  for (const [name, q] of [["p50", 0.5], ["p95", 0.95], ["p99", 0.99]]) {
    say(`latency.start.${name}`, taken[Math.min(taken.length - 1, Math.floor(taken.length * q))]);
  }
}

// The performance page of its documentation: a local queue, and completions in batches.
async function graphileWorker() {
  const { run, makeWorkerUtils, Logger } = await import("graphile-worker");
  const pg = (await import("pg")).default;
  const pool = new pg.Pool({ connectionString: address, max: 20 });
  pool.on("error", (error) => console.error(error));
  const logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  await utils.migrate();
  let counted;
  const one = (n) => utils.addJob("noop", { n });
  const many = (count) =>
    utils.addJobs(Array.from({ length: count }, (_, n) => ({ identifier: "noop", payload: { n } })));
  const start = () =>
    run({
      pgPool: pool,
      logger,
      noHandleSignals: true,
      taskList: { noop: () => counted.ran() },
      preset: {
        worker: {
          concurrentJobs: 24,
          localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
  const clear = () => pool.query("truncate graphile_worker._private_jobs");
  await enqueues(one, many);
  await clear();
  await fill(many);
  await pool.query("vacuum analyze");
  await pool.query("checkpoint");
  counted = progress(jobs);
  const began = performance.now();
  let runner = await start();
  await counted.all;
  const left = "select count(*)::int as left from graphile_worker._private_jobs";
  while ((await pool.query(left)).rows[0].left > 0) await pause(5);
  counted.report(began, performance.now());
  await latency(one, (next) => (counted = next));
  await runner.stop();
  await pool.end();
}

// Its type documentation: large fetches, completed at once, by two loops.
async function pgBoss() {
  const { PgBoss } = await import("pg-boss");
  const boss = new PgBoss({ connectionString: address, max: 10, supervise: false, schedule: false, useListenNotify: true });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  await boss.createQueue("noop");
  const one = (n) => boss.send("noop", { n });
  const many = (count) => boss.insert("noop", Array.from({ length: count }, (_, n) => ({ data: { n } })));
  await enqueues(one, many);
  await boss.deleteAllJobs("noop");
  await fill(many);
  const db = boss.getDb();
  await db.executeSql("vacuum analyze");
  await db.executeSql("checkpoint");
  const counted = progress(jobs);
  const loop = async () => {
    for (;;) {
      const batch = await boss.fetch("noop", { batchSize: 500 });
      if (batch.length === 0) return;
      await boss.complete("noop", batch.map((job) => job.id));
      counted.ran(batch.length);
    }
  };
  const began = performance.now();
  await Promise.all([loop(), loop()]);
  counted.report(began);
  let current;
  await boss.createQueue("idle", { notify: true });
  await boss.work("idle", { pollingIntervalSeconds: 2 }, async () => current.ran());
  await latency((n) => boss.send("idle", { n }), (next) => (current = next));
  await boss.stop({ graceful: false });
}

const peers = { "graphile-worker": graphileWorker, "pg-boss": pgBoss };
await peers[process.argv[2]]();
process.exit(0);
