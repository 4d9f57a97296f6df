package dev.rework.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A relay in front of a Postgres that counts what clients send: statements (Execute and simple Query), round trips
 * (Sync and simple Query) and Parse messages. Clear text connections only: use {@code sslmode=disable}. Threads may
 * share it; each connection costs two threads.
 */
public final class WireTap implements AutoCloseable {
    /** What went by. {@link #minus} gives what went by since an earlier one. */
    public record Count(long statements, long roundTrips, long parses, long bytesUp, long bytesDown) {
        public Count minus(Count earlier) {
            return new Count(
                    statements - earlier.statements,
                    roundTrips - earlier.roundTrips,
                    parses - earlier.parses,
                    bytesUp - earlier.bytesUp,
                    bytesDown - earlier.bytesDown);
        }
    }

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;

    private final ServerSocket listener;
    private final String host;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<Character, AtomicLong> messages = new ConcurrentHashMap<>();
    private final AtomicLong up = new AtomicLong();
    private final AtomicLong down = new AtomicLong();

    /** Listens on a port of the loopback interface at once. */
    public WireTap(String host, int port) throws IOException {
        this.host = host;
        this.port = port;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("wiretap", this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    public Count count() {
        return new Count(seen('E') + seen('Q'), seen('S') + seen('Q'), seen('P'), up.get(), down.get());
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private long seen(char type) {
        AtomicLong count = messages.get(type);
        return count == null ? 0 : count.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = keep(listener.accept());
                Socket server = keep(new Socket(host, port));
                start("wiretap up", () -> relay(client, server, true));
                start("wiretap down", () -> relay(server, client, false));
            }
        } catch (IOException closed) {
            open.clear();
        }
    }

    private Socket keep(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        open.add(socket);
        return socket;
    }

    private void relay(Socket from, Socket to, boolean upwards) {
        try (from;
                to) {
            if (upwards) {
                copyUp(from.getInputStream(), to.getOutputStream());
            } else {
                copyDown(from.getInputStream(), to.getOutputStream());
            }
        } catch (IOException ended) {
            open.remove(from);
            open.remove(to);
        }
    }

    private void copyDown(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            down.addAndGet(n);
            to.write(buffer, 0, n);
            to.flush();
        }
    }

    private void copyUp(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        Parser parser = new Parser();
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            up.addAndGet(n);
            parser.see(buffer, n);
            to.write(buffer, 0, n);
            to.flush();
        }
    }

    private static void start(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Follows message bounds through arbitrary pieces: a type byte, except at first, then a length. */
    private final class Parser {
        private final byte[] head = new byte[9];
        private int have;
        private long skip;
        private boolean started;

        void see(byte[] bytes, int length) {
            for (int i = 0; i < length; ) {
                if (skip > 0) {
                    int step = (int) Math.min(skip, length - i);
                    skip -= step;
                    i += step;
                } else {
                    head[have++] = bytes[i++];
                    if (have == (started ? 5 : 8)) {
                        message();
                        have = 0;
                    }
                }
            }
        }

        private void message() {
            if (started) {
                messages.computeIfAbsent((char) head[0], c -> new AtomicLong()).incrementAndGet();
                skip = number(1) - 4L;
            } else {
                int code = number(4);
                started = code != SSL_REQUEST && code != GSS_REQUEST;
                skip = number(0) - 8L;
            }
        }

        private int number(int at) {
            return (head[at] & 255) << 24
                    | (head[at + 1] & 255) << 16
                    | (head[at + 2] & 255) << 8
                    | (head[at + 3] & 255);
        }
    }
}
