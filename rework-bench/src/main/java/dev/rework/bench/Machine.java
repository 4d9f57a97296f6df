package dev.rework.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the figures were taken on. */
final class Machine {
    private Machine() {}

    static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("processor", line("/proc/cpuinfo", "model name"));
        facts.put("memory", gigabytes(line("/proc/meminfo", "MemTotal")));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("java", System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
        return facts;
    }

    private static String line(String file, String key) {
        try {
            for (String line : Files.readAllLines(Path.of(file))) {
                if (line.startsWith(key)) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
            return "unknown";
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String gigabytes(String kilobytes) {
        String digits = kilobytes.replaceAll("[^0-9]", "");
        return digits.isEmpty() ? kilobytes : Math.round(Long.parseLong(digits) / 1048576.0) + " GiB";
    }
}
