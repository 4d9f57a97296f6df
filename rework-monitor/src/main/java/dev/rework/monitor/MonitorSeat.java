package dev.rework.monitor;

import dev.rework.internal.db.MonitorStore;
import dev.rework.internal.db.MonitorStore.Entry;
import dev.rework.internal.db.MonitorStore.Incumbent;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** The one seat that a host and domain have for a monitor. Stateless. */
final class MonitorSeat {

    private static final int TRIES = 5;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private MonitorSeat() {}

    /**
     * Takes the seat, if it is free or whoever had it is dead.
     *
     * @param again whether it was tried before: a row of this process is then its own, whose answer was lost
     * @return the id of the new row
     * @throws MonitorRefused when somebody alive has it
     */
    static long take(MonitorStore store, MonitorOptions options, MonitorListener listener, boolean again) {
        ProcessIdentity self = ProcessIdentity.of(ProcessHandle.current().pid());
        Entry entry = new Entry(
                options.host(),
                options.domain(),
                self.pid(),
                self.start(),
                ProcessIdentity.BOOT,
                ProcessIdentity.SPACE,
                json(options));
        for (int i = 0; i < TRIES; i++) {
            Optional<Incumbent> incumbent = store.incumbent(options.host(), options.domain());
            if (incumbent.isPresent()) {
                if (isAlive(incumbent.get(), again)) {
                    throw refusal(incumbent.get(), options);
                }
                if (store.end(incumbent.get().id())) {
                    listener.says("takes over from monitor #" + incumbent.get().id() + ", which is dead");
                }
            }
            Optional<Long> id = store.enter(entry);
            if (id.isPresent()) {
                return id.get();
            }
        }
        throw new MonitorRefused("other monitors of domain " + options.domain() + " on host " + options.host()
                + " come and go; try again");
    }

    private static boolean isAlive(Incumbent incumbent, boolean again) {
        if (ProcessIdentity.isHere(incumbent.bootId(), incumbent.pidSpace())) {
            // Several monitors in one process, as tests have them, are told apart by their leases.
            boolean self = incumbent.pid() == ProcessHandle.current().pid();
            boolean alive = new ProcessIdentity(incumbent.pid(), incumbent.pidStart()).isAlive();
            return alive && !(self && (again || incumbent.silent()));
        }
        return incumbent.bootId().equals(ProcessIdentity.BOOT) && !incumbent.silent();
    }

    private static MonitorRefused refusal(Incumbent first, MonitorOptions options) {
        String since = STAMP.format(first.started().atZone(ZoneId.systemDefault()));
        return new MonitorRefused("domain " + options.domain() + " on host " + options.host()
                + " has a monitor already: #" + first.id() + ", pid " + first.pid() + ", since " + since);
    }

    /** The names are the ancestor's. */
    private static String json(MonitorOptions options) {
        return String.format(
                Locale.ROOT,
                "{\"maxworkers\": %d, \"minworkers\": %d, \"maxruns\": %d, \"maxmem\": %d, \"hardmaxmem\": %d,"
                        + " \"debugport\": %d, \"vacuum\": %s}",
                options.maxWorkers(),
                options.minWorkers(),
                options.maxRuns(),
                options.maxMemoryMb(),
                options.hardMemoryMb(),
                options.debugPort(),
                options.vacuum() == null ? "null" : "\"" + RunningMonitor.shown(options.vacuum()) + "\"");
    }
}
