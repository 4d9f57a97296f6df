package dev.rework.testing.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy in front of a Postgres server that fails to order: it cuts a connection between a statement's commit and the
 * answer, freezes, or drops one direction. Listens on the loopback interface. Threads may share it.
 */
public final class TcpProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final InetSocketAddress server;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable String> armed = new AtomicReference<>();
    private final AtomicReference<@Nullable String> delaying = new AtomicReference<>();
    private final Set<Connection> late = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicInteger unheard = new AtomicInteger();
    private volatile boolean refusing;
    private volatile boolean toServerStopped;
    private volatile boolean toClientStopped;

    private TcpProxy(ServerSocket listening, InetSocketAddress server) {
        this.listening = listening;
        this.server = server;
    }

    /**
     * A running proxy to this server.
     *
     * @throws IOException when no port is free
     */
    public static TcpProxy to(String host, int port) throws IOException {
        ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TcpProxy proxy = new TcpProxy(listening, new InetSocketAddress(host, port));
        proxy.start("proxy-accept", proxy::accept);
        return proxy;
    }

    /** The port to connect to, on the loopback interface. */
    public int port() {
        return listening.getLocalPort();
    }

    /**
     * The next statement whose text contains {@code sql} reaches the server, is executed and committed there, and its
     * answer never arrives: the client's connection is reset instead. One statement each time it is armed.
     */
    public void cutAnswerTo(String sql) {
        armed.set(sql);
    }

    /** How many answers have been cut so far. */
    public int cuts() {
        return cuts.get();
    }

    /**
     * The next statement whose text contains {@code sql} is on its way to the server until {@link #deliver}, and its client's
     * connection is reset at once: so does a network that loses its way for longer than the client's patience.
     */
    public void delay(String sql) {
        delaying.set(sql);
    }

    /** How many statements are on their way. */
    public int delayed() {
        return late.size();
    }

    /** Brings them to the server, which does what they say; nobody hears the answer. */
    public void deliver() throws IOException {
        for (Connection connection : late) {
            connection.upstream.getOutputStream().write(connection.kept);
        }
        late.clear();
    }

    /** How many of those that were on their way the server has executed. */
    public int unheard() {
        return unheard.get();
    }

    /** Stops both directions without closing anything, as a vanished network does; {@code false} lets go on. */
    public void freeze(boolean frozen) {
        toServerStopped = frozen;
        toClientStopped = frozen;
    }

    /** Stops what goes to the client alone. */
    public void freezeAnswers(boolean frozen) {
        toClientStopped = frozen;
    }

    /** Stops the connections there are now, for good and without closing them; new ones pass. */
    public void freezePresent() {
        connections.forEach(connection -> connection.frozen = true);
    }

    /** Refuses new connections and resets the present ones; {@code false} accepts again. */
    public void refuse(boolean refused) {
        refusing = refused;
        if (refused) {
            connections.forEach(Connection::reset);
        }
    }

    /** Resets every present connection. */
    public void resetAll() {
        connections.forEach(Connection::reset);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        connections.forEach(Connection::reset);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (refusing) {
                    abruptly(client);
                    continue;
                }
                open(client);
            } catch (IOException closed) {
                // Either the proxy was closed, which ends the loop, or this one client went away.
            }
        }
    }

    private void open(Socket client) {
        try {
            Socket upstream = new Socket();
            upstream.connect(server, 5000);
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            Connection connection = new Connection(client, upstream);
            connections.add(connection);
            start("proxy-to-server", connection::toServer);
            start("proxy-to-client", connection::toClient);
        } catch (IOException unreachable) {
            abruptly(client);
        }
    }

    private void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Closes so that the other end sees a reset, not an orderly end. */
    private static void abruptly(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException already) {
            // It is closed: what was wanted.
        }
    }

    private final class Connection {
        private final Socket client;
        private final Socket upstream;
        private final StatementReader statements = new StatementReader();
        private final AnswerReader answers = new AnswerReader();
        private volatile boolean doomed;
        private volatile boolean left;
        private volatile byte[] kept = new byte[0];
        private volatile boolean frozen;

        Connection(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        void toServer() {
            try (InputStream in = client.getInputStream()) {
                OutputStream out = upstream.getOutputStream();
                byte[] bytes = new byte[16384];
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                    awaitLetting(true);
                    String slow = delaying.get();
                    String wanted = slow == null ? armed.get() : slow;
                    boolean seen = statements.read(bytes, n, wanted);
                    if (seen && slow != null && delaying.compareAndSet(slow, null)) {
                        leave(Arrays.copyOf(bytes, n));
                        return;
                    }
                    if (seen && wanted != null && armed.compareAndSet(wanted, null)) {
                        answers.forget();
                        doomed = true;
                    }
                    out.write(bytes, 0, n);
                    out.flush();
                }
            } catch (IOException gone) {
                // One end closed; so does the other below.
            } finally {
                if (!left) {
                    reset();
                }
            }
        }

        private void leave(byte[] statement) {
            answers.forget();
            kept = statement;
            left = true;
            late.add(this);
            abruptly(client);
        }

        void toClient() {
            try (InputStream in = upstream.getInputStream()) {
                OutputStream out = client.getOutputStream();
                byte[] bytes = new byte[16384];
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                    awaitLetting(false);
                    boolean committed = answers.idleIn(bytes, n);
                    if (left) {
                        if (committed) {
                            unheard.incrementAndGet();
                            return;
                        }
                        continue;
                    }
                    if (doomed) {
                        if (committed) {
                            cuts.incrementAndGet();
                            return;
                        }
                        continue;
                    }
                    out.write(bytes, 0, n);
                    out.flush();
                }
            } catch (IOException gone) {
                // One end closed; so does the other below.
            } finally {
                reset();
            }
        }

        private void awaitLetting(boolean toServer) throws IOException {
            while (frozen || (toServer ? toServerStopped : toClientStopped)) {
                if (client.isClosed() || upstream.isClosed()) {
                    throw new IOException("closed while frozen");
                }
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            }
        }

        void reset() {
            connections.remove(this);
            abruptly(client);
            abruptly(upstream);
        }
    }
}
