package dev.rework.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;

/** What this process does when it is told to stop, by INT (Ctrl-C), TERM or HUP. */
final class Signals {
    private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

    private Signals() {}

    /**
     * Calls {@code told} with the signal's name each time, on a thread of the JVM's, instead of ending the process. By
     * reflection: the JDK offers signals in module jdk.unsupported alone, and the compiler warns of every mention of it.
     */
    static void onStop(Consumer<String> told) {
        for (String name : NAMES) {
            try {
                install(name, told);
            } catch (InvocationTargetException e) {
                // the JVM keeps this one for itself, under -Xrs for one: then it ends the process as usual
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this Java has no module jdk.unsupported", e);
            }
        }
    }

    private static void install(String name, Consumer<String> told) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object handle = Proxy.newProxyInstance(
                Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "handle" -> told.accept(name);
                        case "hashCode" -> {
                            return System.identityHashCode(proxy);
                        }
                        case "equals" -> {
                            return proxy == arguments[0];
                        }
                        default -> {
                            return "stop on " + name;
                        }
                    }
                    return null;
                });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), handle);
    }

    /** What a shell sees of a process that a signal ended. */
    static int exitCode(String name) {
        return switch (name) {
            case "HUP" -> 129;
            case "INT" -> 130;
            default -> 143;
        };
    }
}
