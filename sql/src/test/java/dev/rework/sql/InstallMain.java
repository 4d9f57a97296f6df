package dev.rework.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;

/** A process that installs, and takes its time over the second step. */
final class InstallMain {

    private InstallMain() {}

    static Process start(String url, String user, String password) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        InstallMain.class.getName(),
                        url,
                        user,
                        password)
                .inheritIO()
                .start();
    }

    public static void main(String[] args) throws Exception {
        try (Connection connection = DriverManager.getConnection(args[0], args[1], args[2])) {
            Schema.install(
                    connection,
                    List.of(
                            new Migration(1, "0001_first.sql", "create table rework.first (n int)"),
                            new Migration(
                                    2, "0002_slow.sql", "create table rework.half (n int); select pg_sleep(10)")));
        }
    }
}
