package dev.rework.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor gives a new worker: {@code key=value} lines on its standard input, ended by an empty line. Credentials
 * travel this way alone: never in arguments, never in the environment.
 *
 * @param jdbcUrl pgjdbc's address, without credentials
 * @param database pgjdbc's properties, credentials among them
 * @param worker the id of the worker's row
 * @param nonce 8 ASCII characters for {@link Frame}
 * @param host the host name it serves
 * @param domain the domain it serves
 * @param index the registration index file
 * @param hand the file of the {@link HandCell}
 * @param secretKeys the keys of secret inputs, or where they are: {@link SecretKeys#ofLaunch}
 * @param maxRuns how many tasks it may run before it ends; 0 = any number
 * @param waits whether it takes no task before it is told to wake: another still runs its last one
 * @param maxMemoryMb resident MiB above which it ends after a task and a garbage collection; 0 = any
 */
public record WorkerLaunch(
        String jdbcUrl,
        Map<String, String> database,
        long worker,
        String nonce,
        String host,
        String domain,
        String index,
        String hand,
        String secretKeys,
        long maxRuns,
        boolean waits,
        int maxMemoryMb) {

    private static final String DATABASE = "database.";
    private static final String ITSELF = "-c rework.worker=";

    public WorkerLaunch {
        database = Map.copyOf(database);
        if (nonce.length() != 8) {
            throw new IllegalArgumentException("a nonce has 8 characters");
        }
    }

    /** A setting of each session by which it is known: the worker's number and its tag. */
    public static String session(long worker, UUID tag) {
        return ITSELF + worker + ":" + tag;
    }

    /** What its sessions say of themselves; null behind a pooler, which takes no settings. */
    public @Nullable String itself() {
        String options = database.getOrDefault("options", "");
        int at = options.indexOf(ITSELF);
        return at < 0 ? null : options.substring(at + ITSELF.length()).split(" ", 2)[0];
    }

    /** Writes it; does not flush. */
    public void write(OutputStream out) throws IOException {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("jdbcUrl", jdbcUrl);
        database.forEach((key, value) -> lines.put(DATABASE + key, value));
        lines.put("worker", Long.toString(worker));
        lines.put("nonce", nonce);
        lines.put("host", host);
        lines.put("domain", domain);
        lines.put("index", index);
        lines.put("hand", hand);
        lines.put("secretKeys", secretKeys);
        lines.put("maxRuns", Long.toString(maxRuns));
        lines.put("waits", Boolean.toString(waits));
        lines.put("maxMemoryMb", Integer.toString(maxMemoryMb));
        StringBuilder text = new StringBuilder();
        lines.forEach((key, value) ->
                text.append(key).append('=').append(escape(value)).append('\n'));
        out.write(text.append('\n').toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads it back, taking no byte beyond the empty line.
     *
     * @throws IOException when the stream ends before, or something is missing
     */
    public static WorkerLaunch read(InputStream in) throws IOException {
        Map<String, String> lines = new LinkedHashMap<>();
        Map<String, String> database = new LinkedHashMap<>();
        for (String line = line(in); line == null || !line.isEmpty(); line = line(in)) {
            if (line == null || line.indexOf('=') < 0) {
                throw new IOException("the monitor went away before it said what to do");
            }
            String key = line.substring(0, line.indexOf('='));
            String value = unescape(line.substring(line.indexOf('=') + 1));
            if (key.startsWith(DATABASE)) {
                database.put(key.substring(DATABASE.length()), value);
            } else {
                lines.put(key, value);
            }
        }
        return new WorkerLaunch(
                need(lines, "jdbcUrl"),
                database,
                Long.parseLong(need(lines, "worker")),
                need(lines, "nonce"),
                need(lines, "host"),
                need(lines, "domain"),
                need(lines, "index"),
                need(lines, "hand"),
                need(lines, "secretKeys"),
                Long.parseLong(need(lines, "maxRuns")),
                Boolean.parseBoolean(need(lines, "waits")),
                Integer.parseInt(need(lines, "maxMemoryMb")));
    }

    /** Names no credential. */
    @Override
    public String toString() {
        return "worker #" + worker + " of " + domain + " on " + host;
    }

    /** One line without its end, or null at the end of the stream; also how {@link Control} lines are read. */
    public static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String need(Map<String, String> lines, String key) throws IOException {
        String value = lines.get(key);
        if (value == null) {
            throw new IOException("the monitor did not say " + key);
        }
        return value;
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String unescape(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                i++;
                text.append(value.charAt(i) == 'n' ? '\n' : value.charAt(i));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
