package dev.rework.cli;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code rework classpath}. */
@Command(description = "The class path of the API: java -cp \"$(rework classpath)\" FirstTasks.java")
final class ClasspathCommand extends CliCommand {
    private static final List<String> NOT_OF_THE_API = List.of(
            "rework-cli",
            "rework-monitor",
            "rework-worker",
            "picocli",
            "oshi-",
            "jna-",
            "logback",
            "jul-to-slf4j",
            "log4j-to-slf4j",
            "log4j-api",
            "slf4j-jdk-platform-logging");

    @Override
    protected ExitCode perform() {
        String all = System.getProperty("java.class.path");
        out().println(Arrays.stream(all.split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty() && isOfTheApi(entry))
                .collect(Collectors.joining(File.pathSeparator)));
        return ExitCode.DONE;
    }

    private static boolean isOfTheApi(String entry) {
        String name = new File(entry).getName();
        return NOT_OF_THE_API.stream().noneMatch(name::startsWith);
    }
}
