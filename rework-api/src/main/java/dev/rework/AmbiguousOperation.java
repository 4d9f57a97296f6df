package dev.rework;

import java.util.List;

/** Several domains have an operation of that name, none of them {@code default}: the caller must say which. */
public final class AmbiguousOperation extends ReworkException {
    private final String name;
    private final List<String> domains;

    /** Found in all of these domains. */
    public AmbiguousOperation(String name, List<String> domains) {
        super("ambiguous operation `" + name + "`: say which domain, one of " + String.join(", ", domains));
        this.name = name;
        this.domains = List.copyOf(domains);
    }

    /** The name that was looked for. */
    public String name() {
        return name;
    }

    /** The domains that have it. */
    public List<String> domains() {
        return domains;
    }
}
