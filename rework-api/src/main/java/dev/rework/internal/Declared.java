package dev.rework.internal;

import dev.rework.OnCrash;
import dev.rework.internal.db.PlanStore;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation as its code declares it.
 *
 * @param entry name, class, method, schemas
 * @param timeout null for none
 * @param plan its cron rule; null for none
 */
public record Declared(
        RegistrationIndex.Entry entry,
        String domain,
        String description,
        @Nullable Duration timeout,
        Duration grace,
        Retry retry,
        int priority,
        PlanStore.@Nullable Declared plan) {

    /** How it is run again. */
    public record Retry(int retries, OnCrash onCrash, Duration backoff, Duration maxBackoff) {}

    /** The same in another domain. */
    Declared in(String other) {
        return new Declared(entry, other, description, timeout, grace, retry, priority, plan);
    }

    /** What a scan found. */
    record Found(List<Declared> operations, List<String> problems) {}
}
