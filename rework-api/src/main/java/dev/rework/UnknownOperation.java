package dev.rework;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** No such operation is registered where it was looked for. */
public final class UnknownOperation extends ReworkException {
    private final String name;
    private final @Nullable String domain;
    private final @Nullable String host;
    private final List<String> nearMisses;

    /** Near misses are written {@code name (domain d)} and may be none. */
    public UnknownOperation(String name, @Nullable String domain, @Nullable String host, List<String> nearMisses) {
        super(message(name, domain, host, nearMisses));
        this.name = name;
        this.domain = domain;
        this.host = host;
        this.nearMisses = List.copyOf(nearMisses);
    }

    private static String message(
            String name, @Nullable String domain, @Nullable String host, List<String> nearMisses) {
        StringBuilder text =
                new StringBuilder("unknown operation `").append(name).append('`');
        text.append(domain == null ? " in any domain" : " in domain `" + domain + "`");
        if (host != null && !host.isEmpty()) {
            text.append(" on host `").append(host).append('`');
        }
        if (nearMisses.isEmpty()) {
            text.append("; register it with: rework register-operations");
        } else {
            text.append("; there is: ").append(String.join(", ", nearMisses));
        }
        return text.toString();
    }

    /** The name that was looked for. */
    public String name() {
        return name;
    }

    /** The domain it was looked for in; null for any. */
    public @Nullable String domain() {
        return domain;
    }

    /** The host it had to be registered on; null for any. */
    public @Nullable String host() {
        return host;
    }

    /** What the caller may have meant. */
    public List<String> nearMisses() {
        return nearMisses;
    }
}
