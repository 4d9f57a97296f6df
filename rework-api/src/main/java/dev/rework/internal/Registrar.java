package dev.rework.internal;

import dev.rework.InvalidOperation;
import dev.rework.Registered;
import dev.rework.internal.RegistrationIndex.Section;
import dev.rework.internal.RegistrationIndex.Source;
import dev.rework.internal.db.RegistrationStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The whole of {@code register-operations}: scan, check, write rows, write the index of this host. */
public final class Registrar {
    private static final Object ONE_AT_A_TIME = new Object();

    private Registrar() {}

    /**
     * How to register.
     *
     * @param domain only operations of this domain; null for all
     * @param asDomain register them under this domain instead of their own
     * @param classpath what compilation and workers need besides: jars, directories, {@code folder/*}
     */
    public record Options(
            String host, @Nullable String domain, @Nullable String asDomain, List<Path> classpath, ReworkHome home) {}

    /**
     * Checks everything before it writes anything. What the same path declared before on this host and declares no
     * longer is retired, but where it was registered under another domain than its own.
     *
     * @throws InvalidOperation with all problems at once
     * @throws UncheckedIOException of a {@code NoSuchFileException} when there is no such path
     */
    public static Registered register(DataSource database, Path path, Options options) {
        Limits.demandName("the host", options.host());
        Source source = new SourceReader(options).read(path);
        List<Declared> operations = chosen(OperationScanner.scan(source), source, options);
        RegistrationStore store = new RegistrationStore(Jdbi.create(database));
        UUID installation = store.installation();
        Path folder = RegistrationIndex.folder(options.home(), installation, options.host());
        return locked(folder, () -> {
            Map<String, RegistrationIndex> before = new LinkedHashMap<>();
            for (String domain : domains(store, source, operations, options)) {
                before.put(domain, RegistrationIndex.read(file(folder, domain)));
            }
            RegistrationStore.Batch batch = new RegistrationStore.Batch(
                    options.host(), source.path(), source.sha256(), operations, before.keySet());
            return written(folder, before, source, operations, commit -> store.register(batch, commit));
        });
    }

    /**
     * Retires registrations and takes them from the indexes of this machine's user; tasks are never touched. Answers how
     * many were live.
     */
    public static int unregister(DataSource database, List<RegistrationStore.Row> rows, ReworkHome home) {
        RegistrationStore store = new RegistrationStore(Jdbi.create(database));
        UUID installation = store.installation();
        int retired = store.retire(rows);
        for (RegistrationStore.Row row : rows) {
            Path folder = RegistrationIndex.folder(home, installation, row.host());
            locked(folder, () -> {
                Path file = file(folder, row.domain());
                RegistrationIndex index = RegistrationIndex.read(file);
                if (index.find(row.name()) != null) {
                    index.without(Set.of(row.name())).write(file);
                }
                return retired;
            });
        }
        return retired;
    }

    /** What is to be registered of what was found, when nothing is wrong with it. */
    private static List<Declared> chosen(Declared.Found found, Source source, Options options) {
        List<String> problems = new ArrayList<>(found.problems());
        if (found.operations().isEmpty() && problems.isEmpty()) {
            problems.add("no method annotated with @Operation in " + source.path());
        }
        String wrong = options.asDomain() == null ? null : Declaration.problem("domain", options.asDomain());
        if (wrong != null) {
            problems.add(wrong);
        }
        List<Declared> chosen = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Declared operation : found.operations()) {
            if (options.domain() == null || options.domain().equals(operation.domain())) {
                String asDomain = options.asDomain();
                chosen.add(asDomain == null ? operation : operation.in(asDomain));
                if (asDomain != null && !names.add(operation.entry().name())) {
                    problems.add("two operations called `" + operation.entry().name() + "` cannot both be in domain `"
                            + asDomain + "`: choose one of their domains with --domain");
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidOperation(problems);
        }
        return chosen;
    }

    /** The domains whose index may change, and in which the path's other registrations are retired. */
    private static Set<String> domains(
            RegistrationStore store, Source source, List<Declared> operations, Options options) {
        Set<String> domains = new TreeSet<>();
        operations.forEach(operation -> domains.add(operation.domain()));
        UUID installation = store.installation();
        for (String domain : store.domains(options.host(), source.path())) {
            RegistrationIndex index = RegistrationIndex.read(
                    RegistrationIndex.file(options.home(), installation, options.host(), domain));
            boolean renamed = index.sections().stream()
                    .map(Section::source)
                    .anyMatch(known -> known.path().equals(source.path()) && known.asDomain());
            boolean meant = options.domain() == null || options.domain().equals(domain);
            if (source.asDomain() ? domain.equals(options.asDomain()) : meant && !renamed) {
                domains.add(domain);
            }
        }
        return domains;
    }

    /** What runs just before the commit. */
    private interface Commit {
        Registered with(Runnable beforeCommit);
    }

    /** Writes the indexes just before the rows are committed, and puts them back when the commit fails. */
    private static Registered written(
            Path folder,
            Map<String, RegistrationIndex> before,
            Source source,
            List<Declared> operations,
            Commit commit) {
        try {
            return commit.with(() -> before.forEach((domain, index) -> {
                List<RegistrationIndex.Entry> entries = operations.stream()
                        .filter(operation -> operation.domain().equals(domain))
                        .map(Declared::entry)
                        .toList();
                index.with(new Section(source, entries)).write(file(folder, domain));
            }));
        } catch (RuntimeException e) {
            before.forEach((domain, index) -> index.write(file(folder, domain)));
            throw e;
        }
    }

    private static Path file(Path folder, String domain) {
        return folder.resolve(ReworkHome.fileName(domain) + ".index");
    }

    /** One registration at a time in this host's folder: a file lock among processes, a monitor within this one. */
    private static <T> T locked(Path folder, Supplier<T> work) {
        synchronized (ONE_AT_A_TIME) {
            try (FileChannel channel = FileChannel.open(
                            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!lock.isValid()) {
                    throw new IOException("the lock was lost");
                }
                return work.get();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot lock " + folder, e);
            }
        }
    }
}
