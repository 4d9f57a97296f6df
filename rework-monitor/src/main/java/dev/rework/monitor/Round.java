package dev.rework.monitor;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Runs the duties in their order; one that fails is reported, and the others run. For one thread. */
final class Round {

    private final List<Duty> duties;
    private final MonitorContext context;

    Round(List<Duty> duties, MonitorContext context) {
        this.duties = List.copyOf(duties);
        this.context = context;
    }

    void run() {
        boolean failed = false;
        for (Duty duty : duties) {
            if (duty.needsDatabase() && (failed || context.outage().isResting())) {
                continue;
            }
            try {
                duty.run();
                if (duty instanceof LookAround look && look.seen() != null) {
                    context.outage().worked();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                failed |= Outage.is(e);
                report(duty, e);
            }
        }
    }

    private void report(Duty duty, Exception error) {
        if (Outage.is(error)) {
            context.outage().failed(error);
            return;
        }
        String name = duty.getClass().getSimpleName();
        context.listener().says(name + " failed and is tried again: " + error);
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        context.listener().details(trace.toString());
    }
}
