package dev.rework.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The house of {@code design.md} §1 as the compiled classes have it. */
class HouseTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
            .importPackages("dev.rework");

    @Test
    void modulesDependOneWay() {
        noClasses()
                .that()
                .resideInAPackage("dev.rework.sql")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.rework",
                        "dev.rework.internal..",
                        "dev.rework.worker",
                        "dev.rework.monitor",
                        "dev.rework.embedded",
                        "dev.rework.cli")
                .check(OURS);
        noClasses()
                .that()
                .resideInAnyPackage("dev.rework", "dev.rework.internal..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.rework.worker", "dev.rework.monitor", "dev.rework.embedded", "dev.rework.cli")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.rework.worker")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.rework.monitor", "dev.rework.embedded", "dev.rework.cli")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.rework.monitor")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.rework.worker", "dev.rework.embedded", "dev.rework.cli")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.rework.embedded")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.rework",
                        "dev.rework.internal..",
                        "dev.rework.sql",
                        "dev.rework.worker",
                        "dev.rework.monitor",
                        "dev.rework.cli")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.rework.cli")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.rework.worker")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.rework.demo")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.rework.internal..", "dev.rework.cli", "dev.rework.monitor", "dev.rework.worker")
                .check(OURS);
    }

    @Test
    void packagesAreFewAndKnown() {
        classes()
                .should()
                .resideInAnyPackage(
                        "dev.rework",
                        "dev.rework.internal",
                        "dev.rework.internal.db",
                        "dev.rework.sql",
                        "dev.rework.worker",
                        "dev.rework.monitor",
                        "dev.rework.embedded",
                        "dev.rework.cli",
                        "dev.rework.demo",
                        "dev.rework.bench",
                        "dev.rework.bench.peers")
                .check(OURS);
        noClasses()
                .should()
                .resideInAnyPackage(
                        "..util..",
                        "..utils..",
                        "..common..",
                        "..misc..",
                        "..model..",
                        "..dto..",
                        "..impl..",
                        "..helper..",
                        "..manager..")
                .check(OURS);
    }

    @Test
    void namesSayWhatThingsAre() {
        classes()
                .should(notBeNamed(
                        Pattern.compile("(Abstract|Base|Misc|Common).*|.*(Utils?|Helper|Manager|Impl|Misc)")))
                .check(OURS);
    }

    @Test
    @Tag("S22")
    void eachLibraryHasOneHome() {
        only(
                "org.jdbi..",
                "dev.rework.internal.db",
                "dev.rework.monitor",
                "dev.rework.cli",
                "dev.rework.internal",
                "dev.rework");
        only("com.fasterxml.jackson..", "dev.rework.internal..");
        only("picocli..", "dev.rework.cli");
        only("oshi..", "dev.rework.monitor");
        only("io.github.classgraph..", "dev.rework.internal");
        only("org.tukaani..", "dev.rework.embedded");
        only("ch.qos.logback..", "dev.rework.worker");
        only("com.zaxxer..", "dev.rework", "dev.rework.internal..", "dev.rework.monitor", "dev.rework.bench.peers");
    }

    /** Reads and writes of rows through jdbi's own API stand in the stores alone; others hand a {@code Jdbi} on. */
    @Test
    @Tag("S1")
    void statementsStandInTheStores() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.rework.internal.db")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.jdbi.v3.core.statement..", "org.jdbi.v3.core.mapper..", "org.jdbi.v3.core.result..")
                .check(OURS);
    }

    @Test
    void theWorkersStartIsBare() {
        noClasses()
                .that()
                .resideInAPackage("dev.rework.worker")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jdbi..", "com.zaxxer..", "picocli..", "oshi..", "io.github.classgraph..")
                .check(OURS);
    }

    @Test
    @Tag("S2")
    void noJavaSerialization() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectInputStream")
                .check(OURS);
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectOutputStream")
                .check(OURS);
    }

    @Test
    void modulesHaveNoCycles() {
        slices().matching("dev.rework.(sql|worker|monitor|embedded|cli|demo|bench)..")
                .should()
                .beFreeOfCycles()
                .check(OURS);
    }

    private static void only(String library, String... homes) {
        noClasses()
                .that()
                .resideOutsideOfPackages(homes)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(OURS);
    }

    private static ArchCondition<JavaClass> notBeNamed(Pattern banned) {
        return new ArchCondition<>("not be named " + banned) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean bad = banned.matcher(type.getSimpleName()).matches();
                events.add(new SimpleConditionEvent(type, !bad, type.getName()));
            }
        };
    }
}
