package dev.rework.worker;

import dev.rework.internal.HandCell;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.WorkerLaunch;
import java.io.IOException;
import java.nio.file.Path;

/** The parts of this process, made once and known to each other through it. */
final class Worker {
    private final WorkerLaunch launch;
    private final Pipe pipe;
    private final Signals signals;
    private final LogSync logs;
    private final Capture capture;
    private final Hand hand;
    private final Session session;
    private final OwnRow row;
    private final Settlement settlement;
    private final TrustWindow trust = new TrustWindow();
    private final Settler settler;
    private final OwnOutput output;
    private final SecretKeys secrets;

    Worker(WorkerLaunch launch, Pipe pipe) throws IOException {
        this.launch = launch;
        this.pipe = pipe;
        signals = new Signals(!launch.waits());
        logs = new LogSync(pipe);
        capture = new Capture(pipe);
        hand = new Hand(HandCell.create(Path.of(launch.hand())));
        session = new Session(launch, new Trouble(pipe, hand));
        row = new OwnRow(launch);
        settlement = new Settlement(session, hand, launch.domain());
        settler = new Settler(this);
        output = OwnOutput.open(launch);
        secrets = SecretKeys.ofLaunch(launch.secretKeys());
    }

    WorkerLaunch launch() {
        return launch;
    }

    Pipe pipe() {
        return pipe;
    }

    Signals signals() {
        return signals;
    }

    LogSync logs() {
        return logs;
    }

    Capture capture() {
        return capture;
    }

    Hand hand() {
        return hand;
    }

    Session session() {
        return session;
    }

    OwnRow row() {
        return row;
    }

    Settlement settlement() {
        return settlement;
    }

    TrustWindow trust() {
        return trust;
    }

    Settler settler() {
        return settler;
    }

    SecretKeys secrets() {
        return secrets;
    }

    OwnOutput output() {
        return output;
    }
}
