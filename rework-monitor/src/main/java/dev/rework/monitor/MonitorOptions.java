package dev.rework.monitor;

import dev.rework.internal.Limits;
import dev.rework.internal.ReworkHome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a monitor runs. Immutable; made by {@link #of} and the {@link Builder}.
 *
 * @param domain the domain it serves
 * @param host the host name it serves, as operations are registered for it
 * @param minWorkers how many workers are kept even when nothing is queued
 * @param maxWorkers how many workers there are at most; parked ones count only up to twice this
 * @param maxRuns how many tasks a worker may run before it is replaced; 0 = any number
 * @param maxMemoryMb resident MiB of a worker's process tree above which it is replaced after its task; 0 = any
 * @param hardMemoryMb resident MiB of a worker's process tree at which it is killed, with its task; 0 = any
 * @param jvmOptions options for the workers' JVMs, after ours
 * @param classpath jars and folders put before the registered ones on the workers' class path
 * @param vacuum how long finished tasks are kept; null = for ever
 * @param grace how long running tasks may go on once the monitor was told to stop
 * @param onExit what becomes of workers that are still busy then
 * @param startTimeout how long a worker may take to report in
 * @param linger how long a worker beyond {@code minWorkers} stays idle before it is ended
 * @param debugPort the first port of JDWP for workers, on loopback; 0 = none
 * @param home where registrations and run-time files are
 */
public record MonitorOptions(
        String domain,
        String host,
        int minWorkers,
        int maxWorkers,
        long maxRuns,
        int maxMemoryMb,
        int hardMemoryMb,
        List<String> jvmOptions,
        List<Path> classpath,
        @Nullable Duration vacuum,
        Duration grace,
        OnExit onExit,
        Duration startTimeout,
        Duration linger,
        int debugPort,
        ReworkHome home) {

    private static final int MOST_WORKERS = 10_000;

    public MonitorOptions {
        jvmOptions = List.copyOf(jvmOptions);
        classpath = List.copyOf(classpath);
        name("domain", domain);
        name("host", host);
        demand(minWorkers >= 0, "--minworkers must be 0 or more, not " + minWorkers);
        demand(
                maxWorkers >= 1 && maxWorkers <= MOST_WORKERS,
                "--maxworkers must be between 1 and " + MOST_WORKERS + ", not " + maxWorkers);
        demand(minWorkers <= maxWorkers, "--minworkers " + minWorkers + " is more than --maxworkers " + maxWorkers);
        demand(maxRuns >= 0, "--maxruns must be 0 or more, not " + maxRuns);
        demand(maxMemoryMb >= 0, "--maxmem must be 0 or more, not " + maxMemoryMb);
        demand(hardMemoryMb >= 0, "--hard-maxmem must be 0 or more, not " + hardMemoryMb);
        demand(
                hardMemoryMb == 0 || maxMemoryMb <= hardMemoryMb,
                "--hard-maxmem " + hardMemoryMb + " is less than --maxmem " + maxMemoryMb);
        demand(
                vacuum == null || fits(vacuum),
                "--vacuum must be 0 or more, at most " + Limits.DURATION.toDays() + " days");
        demand(fits(grace), "--grace must be 0 or more, at most " + Limits.DURATION.toDays() + " days");
        demand(fits(startTimeout), "--start-timeout must be 0 or more, at most " + Limits.DURATION.toDays() + " days");
        demand(!linger.isNegative(), "the linger must not be negative");
        demand(
                debugPort == 0 || debugPort >= 1024 && debugPort <= 65535 - 2 * maxWorkers,
                "--debug-port must be 0 or between 1024 and " + (65535 - 2 * maxWorkers) + ", not " + debugPort);
    }

    /** The defaults of the command line, with no worker kept idle beyond what {@code maxWorkers} says. */
    public static Builder of(String domain, String host) {
        return new Builder(domain, host);
    }

    private static boolean fits(Duration duration) {
        return !duration.isNegative() && duration.compareTo(Limits.DURATION) <= 0;
    }

    private static void name(String what, String value) {
        demand(!value.isBlank() && value.length() <= 200, "--" + what + " must have 1 to 200 characters");
    }

    private static void demand(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects options; not for sharing between threads. */
    public static final class Builder {
        private final String domain;
        private final String host;
        private int minWorkers = 2;
        private int maxWorkers = 2;
        private long maxRuns;
        private int maxMemoryMb;
        private int hardMemoryMb;
        private List<String> jvmOptions = List.of();
        private List<Path> classpath = List.of();
        private @Nullable Duration vacuum = Duration.ofDays(30);
        private Duration grace = Duration.ofSeconds(30);
        private OnExit onExit = OnExit.KILL;
        private Duration startTimeout = Duration.ofSeconds(30);
        private Duration linger = Duration.ofSeconds(5);
        private int debugPort;
        private @Nullable ReworkHome home;

        private Builder(String domain, String host) {
            this.domain = domain;
            this.host = host;
        }

        public Builder workers(int min, int max) {
            minWorkers = min;
            maxWorkers = max;
            return this;
        }

        public Builder maxRuns(long runs) {
            maxRuns = runs;
            return this;
        }

        public Builder maxMemoryMb(int mb) {
            maxMemoryMb = mb;
            return this;
        }

        public Builder hardMemoryMb(int mb) {
            hardMemoryMb = mb;
            return this;
        }

        public Builder jvmOptions(List<String> options) {
            jvmOptions = options;
            return this;
        }

        public Builder classpath(List<Path> paths) {
            classpath = paths;
            return this;
        }

        public Builder vacuum(@Nullable Duration age) {
            vacuum = age;
            return this;
        }

        public Builder grace(Duration duration) {
            grace = duration;
            return this;
        }

        public Builder onExit(OnExit policy) {
            onExit = policy;
            return this;
        }

        public Builder startTimeout(Duration duration) {
            startTimeout = duration;
            return this;
        }

        public Builder linger(Duration duration) {
            linger = duration;
            return this;
        }

        public Builder debugPort(int first) {
            debugPort = first;
            return this;
        }

        public Builder home(ReworkHome folder) {
            home = folder;
            return this;
        }

        /** Throws IllegalArgumentException, naming the option, when something does not fit. */
        public MonitorOptions build() {
            return new MonitorOptions(
                    domain,
                    host,
                    minWorkers,
                    maxWorkers,
                    maxRuns,
                    maxMemoryMb,
                    hardMemoryMb,
                    jvmOptions,
                    classpath,
                    vacuum,
                    grace,
                    onExit,
                    startTimeout,
                    linger,
                    debugPort,
                    home == null ? ReworkHome.current() : home);
        }
    }
}
