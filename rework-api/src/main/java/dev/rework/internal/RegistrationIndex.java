package dev.rework.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The trusted map from an operation's name to its code on this host, for one installation and domain: plain
 * text, readable without Jackson. Immutable.
 *
 * @param sections what each registered path declares, oldest first
 */
public record RegistrationIndex(List<Section> sections) {
    private static final String HEADER = "rework-index 1";
    private static final String ABSENT = "-";
    private static final String DAMAGED = " is damaged: register the operations again";

    public RegistrationIndex {
        sections = List.copyOf(sections);
    }

    /** What one registered path declares. */
    public record Section(Source source, List<Entry> entries) {
        public Section {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A registered path.
     *
     * @param path as it was named, absolute
     * @param sha256 of its content
     * @param asDomain whether its operations stand here under another domain than they declare
     * @param code where its classes are: the path itself, or what was compiled from it
     * @param given what {@code --classpath} named, in order
     * @param manifest what its manifest's {@code Class-Path} names, in order
     */
    public record Source(
            String path, String sha256, boolean asDomain, Path code, List<Path> given, List<Path> manifest) {
        public Source {
            given = List.copyOf(given);
            manifest = List.copyOf(manifest);
        }
    }

    /**
     * One operation.
     *
     * @param parameters binary or primitive names of the method's parameter types, in order
     * @param inputs JSON schema text, null when there is none
     * @param outputs JSON schema text, null when there is none
     * @param path the registered path it comes from
     */
    public record Entry(
            String name,
            String className,
            String methodName,
            List<String> parameters,
            @Nullable String inputs,
            @Nullable String outputs,
            String path) {
        public Entry {
            parameters = List.copyOf(parameters);
        }

        // By hand, as in Lane: workers keep a map by it.
        @Override
        public int hashCode() {
            return 31 * name.hashCode() + className.hashCode();
        }
    }

    /** Where it stands. Its folder is made on the way. */
    public static Path file(ReworkHome home, UUID installation, String host, String domain) {
        return folder(home, installation, host).resolve(ReworkHome.fileName(domain) + ".index");
    }

    /** The folder of all domains of a host. */
    static Path folder(ReworkHome home, UUID installation, String host) {
        return home.folder("registrations", installation.toString(), ReworkHome.fileName(host));
    }

    /** All operations. */
    public List<Entry> entries() {
        return sections.stream().flatMap(section -> section.entries().stream()).toList();
    }

    /** The operation of a name, or null. */
    public @Nullable Entry find(String name) {
        for (Section section : sections) {
            for (Entry entry : section.entries()) {
                if (entry.name().equals(name)) {
                    return entry;
                }
            }
        }
        return null;
    }

    /**
     * The user's part of a worker's class path: what {@code --classpath} named, then the registered paths,
     * each followed by what its manifest names. Newest registration first; nothing twice.
     */
    public List<Path> classpath() {
        Set<Path> paths = new LinkedHashSet<>();
        List<Section> newest = new ArrayList<>(sections);
        Collections.reverse(newest);
        newest.forEach(section -> paths.addAll(section.source().given()));
        for (Section section : newest) {
            paths.add(section.source().code());
            paths.addAll(section.source().manifest());
        }
        return List.copyOf(paths);
    }

    /** This index after a path was registered again: its old section gone, its operations taken from others. */
    RegistrationIndex with(Section registered) {
        Set<String> taken = new LinkedHashSet<>();
        registered.entries().forEach(entry -> taken.add(entry.name()));
        List<Section> all =
                new ArrayList<>(without(registered.source().path(), taken).sections());
        if (!registered.entries().isEmpty()) {
            all.add(registered);
        }
        return new RegistrationIndex(all);
    }

    /** This index without the operations of these names, whatever path they come from. */
    public RegistrationIndex without(Set<String> names) {
        return without("", names);
    }

    private RegistrationIndex without(String path, Set<String> names) {
        List<Section> kept = new ArrayList<>();
        for (Section section : sections) {
            List<Entry> entries = section.entries().stream()
                    .filter(entry -> !names.contains(entry.name()))
                    .toList();
            if (!section.source().path().equals(path) && !entries.isEmpty()) {
                kept.add(new Section(section.source(), entries));
            }
        }
        return new RegistrationIndex(kept);
    }

    /** Differs after every change of the file; empty when there is none. One stat, no read. */
    public static String stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads it; an absent file is an empty index. */
    public static RegistrationIndex read(Path file) {
        try {
            return parse(Files.readAllLines(file, StandardCharsets.UTF_8), file);
        } catch (IndexOutOfBoundsException | InvalidPathException e) {
            throw new UncheckedIOException(new IOException(file + DAMAGED, e));
        } catch (NoSuchFileException e) {
            return new RegistrationIndex(List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces the file at once: a reader sees the old or the new one. */
    public void write(Path file) {
        try {
            Path fresh = Files.createTempFile(file.getParent(), "index", ".tmp");
            try {
                Files.writeString(fresh, format());
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private String format() {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        for (Section section : sections) {
            Source source = section.source();
            line(text, "source", source.path(), source.sha256(), Boolean.toString(source.asDomain()));
            line(text, "code", source.code().toString());
            source.given().forEach(path -> line(text, "given", path.toString()));
            source.manifest().forEach(path -> line(text, "manifest", path.toString()));
            for (Entry entry : section.entries()) {
                List<String> words = new ArrayList<>(List.of(
                        "operation",
                        entry.name(),
                        entry.className(),
                        entry.methodName(),
                        optional(entry.inputs()),
                        optional(entry.outputs())));
                words.addAll(entry.parameters());
                line(text, words.toArray(String[]::new));
            }
        }
        return text.toString();
    }

    private static String optional(@Nullable String text) {
        return text == null ? ABSENT : text;
    }

    private static void line(StringBuilder text, String... words) {
        for (int i = 0; i < words.length; i++) {
            text.append(i == 0 ? "" : "\t")
                    .append(words[i].replace("\\", "\\\\")
                            .replace("\t", "\\t")
                            .replace("\n", "\\n")
                            .replace("\r", "\\r"));
        }
        text.append('\n');
    }

    private static RegistrationIndex parse(List<String> lines, Path file) throws IOException {
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw new IOException(file + " is not an index of this rework: register the operations again");
        }
        Map<String, Draft> drafts = new LinkedHashMap<>();
        Draft draft = null;
        for (String line : lines.subList(1, lines.size())) {
            List<String> words = words(line);
            if (words.get(0).equals("source")) {
                draft = new Draft(words);
                drafts.put(words.get(1), draft);
            } else if (draft == null) {
                throw new IOException(file + DAMAGED);
            } else {
                draft.add(words);
            }
        }
        return new RegistrationIndex(
                drafts.values().stream().map(Draft::section).toList());
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\t') {
                words.add(word.toString());
                word.setLength(0);
            } else if (c == '\\' && i + 1 < line.length()) {
                i++;
                word.append(
                        switch (line.charAt(i)) {
                            case 't' -> '\t';
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            default -> line.charAt(i);
                        });
            } else {
                word.append(c);
            }
        }
        words.add(word.toString());
        return words;
    }

    /** A section while it is read. */
    private static final class Draft {
        private final List<String> source;
        private Path code = Path.of("");
        private final List<Path> given = new ArrayList<>();
        private final List<Path> manifest = new ArrayList<>();
        private final List<Entry> entries = new ArrayList<>();

        Draft(List<String> source) {
            this.source = source;
        }

        void add(List<String> words) throws IOException {
            switch (words.get(0)) {
                case "code" -> code = Path.of(words.get(1));
                case "given" -> given.add(Path.of(words.get(1)));
                case "manifest" -> manifest.add(Path.of(words.get(1)));
                case "operation" ->
                    entries.add(new Entry(
                            words.get(1),
                            words.get(2),
                            words.get(3),
                            words.subList(6, words.size()),
                            present(words.get(4)),
                            present(words.get(5)),
                            source.get(1)));
                default -> throw new IOException(words.get(0) + DAMAGED);
            }
        }

        Section section() {
            boolean asDomain = Boolean.parseBoolean(source.get(3));
            return new Section(new Source(source.get(1), source.get(2), asDomain, code, given, manifest), entries);
        }

        private static @Nullable String present(String word) {
            return word.equals(ABSENT) ? null : word;
        }
    }
}
