package dev.rework.worker;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a worker and the database and, when asked to, swallows the next answer and cuts the connection. */
final class AnswerCutter implements Closeable {
    private final ServerSocket server;
    private final String host;
    private final int port;
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean armed;

    AnswerCutter(String host, int port) throws IOException {
        this.host = host;
        this.port = port;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(this::accept, "cutter");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** The next answer is lost. */
    void arm() {
        armed = true;
    }

    int cuts() {
        return cuts.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket database = new Socket(host, port);
                client.setTcpNoDelay(true);
                database.setTcpNoDelay(true);
                pump(client, database, false);
                pump(database, client, true);
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        Thread thread = new Thread(
                () -> {
                    byte[] buffer = new byte[1 << 16];
                    try (from;
                            to) {
                        InputStream in = from.getInputStream();
                        OutputStream out = to.getOutputStream();
                        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                            if (answers && armed) {
                                armed = false;
                                cuts.incrementAndGet();
                                return;
                            }
                            out.write(buffer, 0, n);
                        }
                    } catch (IOException cut) {
                        // That is what it is for.
                    }
                },
                "pump");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
