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
        commands.put("init-db", InitDb::new);
        commands.put("register-operations", RegisterOperations::new);
        commands.put("unregister-operation", UnregisterOperation::new);
        commands.put("list-operations", ListOperations::new);
        commands.put("schedule", ScheduleCommand::new);
        commands.put("list-tasks", ListTasks::new);
        commands.put("show-task", ShowTask::new);
        commands.put("log-task", LogTask::new);
        commands.put("abort-task", AbortTask::new);
        commands.put("retry-task", RetryTask::new);
        commands.put("monitor", MonitorCommand::new);
        commands.put("list-monitors", ListMonitors::new);
        commands.put("list-workers", ListWorkers::new);
        commands.put("show-worker", ShowWorker::new);
        commands.put("shutdown-worker", EndWorker.Shutdown::new);
        commands.put("kill-worker", EndWorker.Kill::new);
        commands.put("dump-task", DumpTask::new);
        commands.put("prepare", PrepareCommand::new);
        commands.put("unprepare", Unprepare::new);
        commands.put("list-scheduled", ListScheduled::new);
        commands.put("scheduled-plan", ScheduledPlan::new);
        commands.put("pause-scheduled", PlanVerb.Pause::new);
        commands.put("resume-scheduled", PlanVerb.Resume::new);
        commands.put("launch-scheduled", PlanVerb.Launch::new);
        commands.put("export-scheduled", ExportScheduled::new);
        commands.put("import-scheduled", ImportScheduled::new);
        commands.put("list-audit", ListAudit::new);
        commands.put("make-secret-key", MakeSecretKey::new);
        commands.put("rotate-secrets", RotateSecrets::new);
        commands.put("vacuum", VacuumCommand::new);
        commands.put("db", DbCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("bench", BenchCommand::new);
        commands.put("demo", DemoCommand::new);
        commands.put("classpath", ClasspathCommand::new);
        commands.put("generate-completion", CompletionCommand::new);
        commands.put(WarmUp.NAME, WarmUp::new);
        return commands;
    }

    /** Whether a verb's work is to look at all the others. */
    static boolean needsAll(String name) {
        return name.equals("generate-completion");
    }

    /** Our own first, which plug-ins cannot replace. */
    static Map<String, Supplier<Object>> all() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>(own());
        ServiceLoader.load(CommandPlugin.class).forEach(plugin -> commands.putIfAbsent(plugin.name(), plugin::command));
        return commands;
    }
}
