package dev.rework.testing.faults;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A host of its own as far as the network goes: a network namespace, joined to this machine by one virtual cable that can be
 * pulled, or lose what goes one way without a word. Needs root and iproute2. Threads may share it.
 */
public final class NetworkHost implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();
    /** Of nobody: what is sent there arrives and is thrown away. */
    private static final String NOWHERE = "02:00:00:00:00:99";

    private final String name;
    private final String outer;
    private final String inner;
    private final String net;

    private NetworkHost(int number) {
        String unique = Long.toString(ProcessHandle.current().pid() % 100_000, 36) + number;
        this.name = "rework" + unique;
        this.outer = "rwo" + unique;
        this.inner = "rwi" + unique;
        this.net = "10." + (100 + ProcessHandle.current().pid() % 100) + "." + (10 + number % 200) + ".";
    }

    /** Why this machine can not have one; empty when it can. */
    public static Optional<String> missing() {
        String probe = "reworkprobe" + ProcessHandle.current().pid();
        if (!Shell.works("ip", "netns", "add", probe)) {
            return Optional.of("no network namespaces here (they need root and iproute2)");
        }
        boolean cable = Shell.works("ip", "link", "add", "rwp0", "type", "veth", "peer", "name", "rwp1");
        if (cable) {
            Shell.works("ip", "link", "del", "rwp0");
        }
        Shell.works("ip", "netns", "del", probe);
        return cable ? Optional.empty() : Optional.of("no virtual network cables here (ip link add type veth)");
    }

    /**
     * Makes one, with its cable in.
     *
     * @throws IOException when this machine can not
     */
    public static NetworkHost plugged() throws IOException {
        NetworkHost host = new NetworkHost(COUNT.incrementAndGet());
        try {
            Shell.run("ip", "netns", "add", host.name);
            Shell.run("ip", "link", "add", host.outer, "type", "veth", "peer", "name", host.inner);
            Shell.run("ip", "link", "set", host.inner, "netns", host.name);
            Shell.run("ip", "addr", "add", host.here() + "/24", "dev", host.outer);
            Shell.run("ip", "link", "set", host.outer, "up");
            host.inside("ip", "addr", "add", host.there() + "/24", "dev", host.inner);
            host.inside("ip", "link", "set", host.inner, "up");
            host.inside("ip", "link", "set", "lo", "up");
            return host;
        } catch (IOException e) {
            host.close();
            throw e;
        }
    }

    /** The address of this machine, as that host sees it. */
    public String here() {
        return net + "1";
    }

    /** The address of that host. */
    public String there() {
        return net + "2";
    }

    /** What to put before a command to run it on that host. */
    public List<String> before() {
        return List.of("ip", "netns", "exec", name);
    }

    private void inside(String... command) throws IOException {
        String[] whole = new String[command.length + 4];
        before().toArray(whole);
        System.arraycopy(command, 0, whole, 4, command.length);
        Shell.run(whole);
    }

    /** Pulls the cable. */
    public void pull() throws IOException {
        Shell.run("ip", "link", "set", outer, "down");
    }

    /** Puts it back, and lets everything through. */
    public void plug() throws IOException {
        Shell.run("ip", "link", "set", outer, "up");
        Shell.works("ip", "neigh", "del", there(), "dev", outer);
        Shell.works("ip", "netns", "exec", name, "ip", "neigh", "del", here(), "dev", inner);
    }

    /** From now on what that host sends is lost; it hears everything. */
    public void loseWhatItSends() throws IOException {
        inside("ip", "neigh", "replace", here(), "lladdr", NOWHERE, "dev", inner, "nud", "permanent");
    }

    /** From now on what is sent to that host is lost; it is heard. */
    public void loseWhatItIsSent() throws IOException {
        Shell.run("ip", "neigh", "replace", there(), "lladdr", NOWHERE, "dev", outer, "nud", "permanent");
    }

    /** Takes it away; processes on it must have ended. */
    @Override
    public void close() {
        Shell.works("ip", "link", "del", outer);
        Shell.works("ip", "netns", "del", name);
    }
}
