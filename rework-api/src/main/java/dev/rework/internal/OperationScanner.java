package dev.rework.internal;

import dev.rework.Instances;
import dev.rework.InvalidOperation;
import dev.rework.Operation;
import dev.rework.internal.RegistrationIndex.Source;
import io.github.classgraph.ClassGraph;
import io.github.classgraph.ClassInfo;
import io.github.classgraph.MethodInfo;
import io.github.classgraph.ScanResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** Finds operations by reading class files of one jar or directory: no class is loaded, no initialiser runs. */
final class OperationScanner {
    private static final String ANNOTATION = Operation.class.getName();
    private static final String SERVICE = "META-INF/services/" + Instances.class.getName();

    private OperationScanner() {}

    /** All declared operations and all that is wrong with them, in the order of their classes and lines. */
    static Declared.Found scan(Source source) {
        Path code = real(source.code());
        ClassGraph scanner = new ClassGraph()
                .overrideClasspath(code)
                .disableModuleScanning()
                .disableNestedJarScanning()
                .enableClassInfo()
                .enableMethodInfo()
                .enableFieldInfo()
                .enableAnnotationInfo()
                .ignoreClassVisibility()
                .ignoreMethodVisibility()
                .ignoreFieldVisibility()
                .removeTemporaryFilesAfterScan();
        if (Files.isRegularFile(code)) {
            // Or it would follow the Class-Path of the manifest.
            scanner.acceptJars(String.valueOf(code.getFileName()));
        }
        try (ScanResult result = scanner.scan(1)) {
            return read(result, source, code);
        } catch (RuntimeException e) {
            if (e instanceof InvalidOperation) {
                throw e;
            }
            InvalidOperation invalid = new InvalidOperation(
                    List.of("cannot read the classes of " + source.path() + ": " + e.getMessage()));
            invalid.initCause(e);
            throw invalid;
        }
    }

    private static Declared.Found read(ScanResult result, Source source, Path code) {
        List<String> problems = new ArrayList<>();
        boolean container = hasInstances(source);
        Map<List<String>, String> names = new HashMap<>();
        List<Declared> operations = new ArrayList<>();
        for (ClassInfo owner : result.getClassesWithMethodAnnotation(ANNOTATION)) {
            if (!isOf(owner, code)) {
                continue;
            }
            owner.getDeclaredMethodAndConstructorInfo().stream()
                    .filter(method -> method.hasAnnotation(ANNOTATION) && !method.isBridge() && !method.isSynthetic())
                    .sorted(Comparator.comparingInt(MethodInfo::getMinLineNum))
                    .forEach(method -> {
                        MethodReader reader = new MethodReader(method, source.path(), container, problems);
                        Declared operation = reader.read();
                        operations.add(operation);
                        findDuplicate(operation, reader.where(), names, problems);
                    });
        }
        return new Declared.Found(List.copyOf(operations), List.copyOf(problems));
    }

    /** Another jar of the same name may have been led to. */
    private static boolean isOf(ClassInfo owner, Path code) {
        return real(owner.getClasspathElementFile().toPath()).equals(code);
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void findDuplicate(
            Declared operation, String where, Map<List<String>, String> names, List<String> problems) {
        String name = operation.entry().name();
        String first = names.putIfAbsent(List.of(operation.domain(), name), where);
        if (first != null) {
            problems.add(where + ": is called `" + name + "` in domain `" + operation.domain() + "` as " + first
                    + " is: give one another name");
        }
    }

    private static boolean hasInstances(Source source) {
        return Stream.of(Stream.of(source.code()), source.given().stream(), source.manifest().stream())
                .flatMap(paths -> paths)
                .anyMatch(OperationScanner::providesInstances);
    }

    private static boolean providesInstances(Path element) {
        try {
            if (Files.isDirectory(element)) {
                return Files.exists(element.resolve(SERVICE));
            }
            if (!Files.isRegularFile(element)) {
                return false;
            }
            try (ZipFile jar = new ZipFile(element.toFile())) {
                return jar.getEntry(SERVICE) != null;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
