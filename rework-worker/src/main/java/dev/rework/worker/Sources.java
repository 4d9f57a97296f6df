package dev.rework.worker;

import dev.rework.internal.RegistrationIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a worker's user classes come from: as long as it is the same, no class on its class path is out of date. */
record Sources(List<Path> classpath, List<String> contents) {

    static Sources of(RegistrationIndex index) {
        List<String> contents = new ArrayList<>();
        index.sections().forEach(section -> contents.add(section.source().sha256()));
        return new Sources(index.classpath(), contents);
    }
}
