package dev.rework.monitor;

import java.io.File;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The class path of workers: ours in front (API, SQL, worker, driver), then the user's, then the libraries that serve users
 * who bring none (logging, JSON, pools). Found where this process's own classes were loaded from.
 *
 * @param front before the user's
 * @param fallback after the user's
 */
public record WorkerClasspath(List<Path> front, List<Path> fallback) {

    private static final List<String> OURS = List.of(
            "dev/rework/Rework.class",
            "dev/rework/sql/Schema.class",
            "dev/rework/worker/WorkerMain.class",
            "org/postgresql/Driver.class");

    private static final List<String> LIBRARIES = List.of(
            "org/slf4j/Logger.class",
            "ch/qos/logback/classic/Logger.class",
            "ch/qos/logback/core/Appender.class",
            "org/slf4j/bridge/SLF4JBridgeHandler.class",
            "org/slf4j/jdk/platform/logging/SLF4JSystemLoggerFinder.class",
            "org/apache/logging/log4j/Logger.class",
            "org/apache/logging/slf4j/SLF4JProvider.class",
            "org/jspecify/annotations/Nullable.class",
            "tools/jackson/databind/ObjectMapper.class",
            "tools/jackson/core/JsonParser.class",
            "com/fasterxml/jackson/annotation/JsonProperty.class",
            "org/jdbi/v3/core/Jdbi.class",
            "io/leangen/geantyref/TypeToken.class",
            "com/zaxxer/hikari/HikariDataSource.class",
            "io/github/classgraph/ClassGraph.class");

    public WorkerClasspath {
        front = List.copyOf(front);
        fallback = List.copyOf(fallback);
    }

    /**
     * As this process was started: jars of a distribution or class folders of a build.
     *
     * @throws IllegalStateException when a part that workers cannot do without is missing
     */
    public static WorkerClasspath ofThisProcess() {
        Set<Path> front = new LinkedHashSet<>();
        for (String resource : OURS) {
            Path root = root(resource);
            if (root == null) {
                throw new IllegalStateException("workers cannot be started: nothing on the class path has " + resource);
            }
            front.add(root);
        }
        List<Path> fallback = new ArrayList<>();
        for (String resource : LIBRARIES) {
            Path root = root(resource);
            if (root != null && !front.contains(root) && !fallback.contains(root)) {
                fallback.add(root);
            }
        }
        return new WorkerClasspath(List.copyOf(front), fallback);
    }

    /** The value of {@code -cp}. */
    public String with(List<Path> users) {
        List<Path> all = new ArrayList<>(front);
        all.addAll(users);
        all.addAll(fallback);
        return joined(all);
    }

    static String joined(List<Path> paths) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static @Nullable Path root(String resource) {
        URL url = WorkerClasspath.class.getClassLoader().getResource(resource);
        if (url == null) {
            return null;
        }
        try {
            if (url.openConnection() instanceof JarURLConnection jar) {
                return Path.of(jar.getJarFileURL().toURI());
            }
            String place = url.toExternalForm();
            return Path.of(URI.create(place.substring(0, place.length() - resource.length())));
        } catch (java.io.IOException | java.net.URISyntaxException | IllegalArgumentException e) {
            throw new IllegalStateException("workers cannot be started: where is " + url + "?", e);
        }
    }
}
