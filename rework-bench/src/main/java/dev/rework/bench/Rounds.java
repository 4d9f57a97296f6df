package dev.rework.bench;

import dev.rework.bench.Options.Scale;

/** What one round measures, in its order: each figure right beside the floor it is compared with. */
final class Rounds {
    private final Run run;
    private final FloorFigures floor;
    private final EnqueueFigures enqueue;
    private final TurnFigures turns;
    private final DrainFigures drain;
    private final LatencyFigures latency;
    private final LogFigures logs;
    private final IdleFigures idle;
    private final GrowthFigures growth;
    private final PeerFigures peers;

    Rounds(Run run) {
        this.run = run;
        this.floor = new FloorFigures(run);
        this.enqueue = new EnqueueFigures(run);
        this.turns = new TurnFigures(run);
        this.drain = new DrainFigures(run);
        this.latency = new LatencyFigures(run);
        this.logs = new LogFigures(run);
        this.idle = new IdleFigures(run);
        this.growth = new GrowthFigures(run);
        this.peers = new PeerFigures(run);
    }

    void take() {
        Options options = run.options();
        if (options.wants("enqueue")) {
            floor.enqueue();
            enqueue.take();
        }
        if (options.wants("drain")) {
            drains();
        }
        if (options.only().contains("goals")) {
            floor.drain(4, 100);
            drain.warm(2);
            floor.drain(2, 500);
            drain.cold(2);
        }
        if (options.only().contains("turns")) {
            floor.drain(2, 500);
            turns.drain(2, 100);
            turns.drain(2, 500);
        }
        if (options.wants("peers")) {
            peers.takeAll();
        }
        if (options.wants("latency")) {
            latency.idle();
        }
        if (options.wants("abort")) {
            latency.abort();
        }
        if (options.wants("start")) {
            latency.coldStart();
        }
        if (options.wants("logs")) {
            logs.take();
        }
        if (options.wants("idle")) {
            idle.idle();
        }
        large(options);
    }

    private void drains() {
        int tasks = run.scale().drain;
        floor.drain(4, 100);
        drain.warm(2);
        floor.drain(2, 500);
        turns.drain(2, 100);
        turns.drain(2, 500);
        drain.warm(1);
        floor.drain(2, 100);
        drain.warm(4);
        drain.cold(2);
        drain.other("talking", 2, tasks / 2);
        drain.other("millisecond", 1, tasks / 50);
        drain.other("millisecond", 2, tasks / 25);
        drain.other("millisecond", 4, tasks / 12);
    }

    /** At a smaller scale than full only when asked for by name. */
    private void large(Options options) {
        boolean full = options.scale() == Scale.FULL;
        if (options.wants("growth") && (full || options.only().contains("growth"))) {
            growth.takeAll();
        }
        if (options.wants("memory") && (full || options.only().contains("memory"))) {
            idle.memory();
        }
    }
}
