package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ReloadRegistrationsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    private Path jar() throws IOException {
        Path jar = dir.resolve("deeds.jar");
        String name = Deeds.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry(name));
            Files.copy(Deeds.classes().resolve(name), out);
        }
        return jar;
    }

    @Test
    void aJarThatIsOverwrittenAndNotRegisteredAgainIsTold() throws Exception {
        ReworkHome home = new ReworkHome(dir.resolve("home").toAbsolutePath());
        Path jar = jar();
        Registrar.Options where = new Registrar.Options("h", "deeds", null, List.of(), home);
        Registrar.register(db.dataSource(TestDatabase.Part.OPERATOR), jar, where);
        MonitorOptions options =
                MonitorOptions.of("deeds", "h").workers(0, 1).home(home).build();
        List<String> said = new ArrayList<>();
        try (Monitor monitor =
                new Monitor(DatabaseAddress.parse(db.url(TestDatabase.Part.MONITOR)), options, listener(said))) {
            monitor.start();
            monitor.step();
            assertThat(said).noneMatch(line -> line.contains("deeds.jar"));
            Files.write(jar, new byte[] {0}, StandardOpenOption.APPEND);
            monitor.step();
            monitor.step();
            assertThat(said)
                    .filteredOn(line -> line.contains("deeds.jar has changed since it was registered"))
                    .singleElement()
                    .asString()
                    .endsWith("rework register-operations " + jar);
            said.clear();
            jar();
            Registrar.register(db.dataSource(TestDatabase.Part.OPERATOR), jar, where);
            monitor.step();
            monitor.step();
            assertThat(said).noneMatch(line -> line.contains("deeds.jar"));
        }
    }

    private static MonitorListener listener(List<String> said) {
        return new MonitorListener() {
            @Override
            public void says(String message) {
                said.add(message);
            }

            @Override
            public void details(String message) {}
        };
    }
}
