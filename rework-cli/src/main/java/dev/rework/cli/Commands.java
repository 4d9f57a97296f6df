package dev.rework.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** Every verb by its name, in the order of the help. */
final class Commands {
    private Commands() {}

    static Map<String, Supplier<Object>> own() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("list-tasks", ListTasks::new);
        return commands;
    }

    /** Our own first, which plug-ins cannot replace. */
    static Map<String, Supplier<Object>> all() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>(own());
        ServiceLoader.load(CommandPlugin.class).forEach(plugin -> commands.putIfAbsent(plugin.name(), plugin::command));
        return commands;
    }
}
